"""An inventory is whole or is refused in one line that names the process."""

from __future__ import annotations

import pytest
from product_systems import emitted, inventory, made, product, taken

from tanheng.errors import InputError, LabelError, TanhengError
from tanheng.systems.inventory import STAGES, Exchange, Process

STEEL = product("steel")


def steel(*exchanges: Exchange, **more) -> Process:
    return Process(
        **{"id": "works", "name": "steel works", "exchanges": (made("steel"), *exchanges), "reference": 0} | more
    )


def test_a_process_is_there_for_its_reference():
    process = steel(emitted(2.0), reference=1)
    assert process.made is process.exchanges[1]
    assert inventory([STEEL], [process]).processes == (process,)


@pytest.mark.parametrize(
    ("processes", "error", "said"),
    [
        ([steel(), steel()], LabelError, "process works is there twice"),
        ([steel(taken("stel", 1))], InputError, "flow stel is not known; did you mean steel?"),
        (
            [steel(emitted(float("nan")))],
            InputError,
            "the amount of Carbon dioxide, fossil is nan; a missing number is not zero",
        ),
        ([steel(emitted(float("inf")))], InputError, "the amount of Carbon dioxide, fossil is inf"),
        ([steel(taken("steel", 1, stage="usage"))], InputError, "'usage' is no stage; did you mean use?"),
        ([steel(stage="credit")], InputError, "'credit' is no stage; known are production, transport"),
        ([steel(reference=1)], InputError, "it has no reference, or none of it is made"),
        ([steel(reference=-1)], InputError, "it has no reference"),
        ([steel(exchanges=(made("steel", 0.0),))], InputError, "it has no reference, or none of it is made"),
        ([steel(exchanges=())], InputError, "it has no reference"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(processes: list[Process], error: type[TanhengError], said: str):
    with pytest.raises(error) as caught:
        inventory([STEEL], processes, name="my inventory")
    text = str(caught.value)
    assert said in text
    assert text.startswith("my inventory")
    assert "\n" not in text


def test_where_it_is_wrong_names_the_process():
    with pytest.raises(InputError, match=r"^example, process steel works: flow coke is not known"):
        inventory([STEEL], [steel(taken("coke", 1))])


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_one_for_processes_and_for_exchanges(stage: str):
    assert inventory([STEEL], [steel(emitted(1.0, stage), stage=stage)])


def test_what_is_exchanged_is_checked_again():
    whole = inventory([STEEL], [steel()])
    assert whole.replace(processes=()).processes == ()
    with pytest.raises(InputError, match="flow steel is not known"):
        whole.replace(flows={})
