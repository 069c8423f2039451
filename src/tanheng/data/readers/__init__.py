"""One module a source; see ``tanheng.data.reader``."""
