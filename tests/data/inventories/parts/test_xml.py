"""XML read safely: no document type in any encoding, errors with their line, names without namespaces."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.data import archive
from tanheng.data.inventories.parts import xml
from tanheng.errors import InputError, MissingError

LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    "<r>&c;</r>"
)
OUTSIDE = '<!DOCTYPE r [<!ENTITY x SYSTEM "hostname.txt">]><r>&x;</r>'
REMOTE = '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><r/>'


def entry(tmp_path: Path, content: bytes) -> archive.Entry:
    (tmp_path / "x.xml").write_bytes(content)
    return archive.open(tmp_path / "x.xml").entries[0]


@pytest.mark.parametrize("document", [LAUGHS, OUTSIDE, REMOTE])
@pytest.mark.parametrize("before", ["", '<?xml version="1.0"?>\n', "<!-- > -->\n<?a ?>\n", "<!--<r>--> \n\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_document_type_is_refused_before_anything_is_parsed(
    document: str, before: str, encoding: str, tmp_path: Path
) -> None:
    line = before.count("\n") + 1
    with pytest.raises(InputError, match=rf"x.xml line {line}: has a document type declaration, which is refused"):
        xml.parse(entry(tmp_path, (before + document).encode(encoding)))


@given(before=st.text(alphabet="<!->?xml \n\"'a", max_size=30))
def test_no_entity_of_a_file_s_own_is_ever_replaced(before: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    content = (before + '<!DOCTYPE r [<!ENTITY e "boom">]><r>&e;</r>').encode()
    try:
        root = xml.parse(entry(tmp_path_factory.mktemp("x"), content))
    except InputError:
        return
    assert "boom" not in "".join(root.itertext())


def test_the_five_entities_of_xml_itself_are_letters(tmp_path: Path) -> None:
    root = xml.parse(entry(tmp_path, b"<r>&lt;&amp;&gt;&quot;&apos;&#233;</r>"))
    assert root.text == "<&>\"'é"


def test_an_entity_that_nobody_declared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"x.xml line 2: is not well-formed XML \(undefined entity"):
        xml.parse(entry(tmp_path, b"<r>\n&nbsp;</r>"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<r>\n<a>\n</r>", r"x.xml line 3: is not well-formed XML \(mismatched tag\)"),
        (b"<r>", r"x.xml line 1: is not well-formed XML \(no element found\)"),
        (b"", r"x.xml line 1: is not well-formed XML \(no element found\)"),
        (b"\x00\x01\x02", r"x.xml line 1: is not well-formed XML"),
        (b"<a:r/>", r"x.xml line 1: is not well-formed XML \(unbound prefix\)"),
        (b'<?xml version="1.0" encoding="klingon"?><r/>', r"x.xml.*(cannot be decoded|is not well-formed XML)"),
        (b'<?xml version="1.0" encoding="gb2312"?><r/>', r"x.xml.*(cannot be decoded|is not well-formed XML)"),
    ],
)
def test_what_is_not_well_formed_is_one_line(content: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message) as caught:
        xml.parse(entry(tmp_path, content))
    assert "\n" not in str(caught.value)


def test_names_lose_their_namespaces(tmp_path: Path) -> None:
    content = b'<r xmlns="u:1" xmlns:c="u:2" c:id="7"><c:a xml:lang="zh">x</c:a><b/></r>'
    root = xml.parse(entry(tmp_path, content))
    assert [one.tag for one in root.iter()] == ["r", "a", "b"]
    assert root.attrib == {"id": "7"}
    assert root[0].attrib == {"lang": "zh"}


def test_texts_have_single_blanks_and_english_comes_first(tmp_path: Path) -> None:
    content = (
        '<r><n xml:lang="zh">钢</n><n xml:lang="en"> hot\n rolled <i>steel</i></n><m xml:lang="de">Stahl</m><o/></r>'
    )
    root = xml.parse(entry(tmp_path, content.encode()))
    assert xml.spoken(root, "n") == "hot rolled steel"
    assert xml.spoken(root, "m") == "Stahl"
    assert xml.spoken(root, "o") == xml.spoken(None, "o") == ""
    assert (xml.text(root, "m"), xml.text(root, "x", "none"), xml.text(None)) == ("Stahl", "none", "")
    assert [one.tag for one in xml.children(root, "n")] == ["n", "n"]
    assert list(xml.children(None, "n")) == []


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_as_it_was_written(value: float) -> None:
    assert xml.number(f" {value!r}\n", "x", "here") == value


@pytest.mark.parametrize("value", ["nan", "INF", "1e999", "1_0", "1,5", "0x1", "much"])
def test_what_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(InputError, match=rf"here: the amount is '{value}', not a number"):
        xml.number(value, "the amount", "here")


@pytest.mark.parametrize("value", [None, "", " \n"])
def test_a_missing_number_is_not_zero(value: str | None) -> None:
    with pytest.raises(MissingError, match="here: the amount is missing; a missing number is not zero"):
        xml.number(value, "the amount", "here")


def test_the_head_of_a_file_tells_its_schema(tmp_path: Path) -> None:
    one = entry(tmp_path, '<r xmlns="http://a.b/C"/>'.encode("utf-16"))
    assert xml.begins_with(one, "http://a.b/C", "<r")
    assert not xml.begins_with(one, "http://a.b/D")
