"""The sizes of the structs of the long connection."""

import re

from conftest import ROOT, run


def test_sizes_are_those_of_the_readme(library, tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"`(LarkSession|LarkPart|LarkEndpoint)`(?: has)? (\d+)", text)
    assert len(rows) == 3
    checks = "".join(f"typedef char {name}_size[sizeof({name}) == {size} ? 1 : -1];\n" for name, size in rows)
    (tmp_path / "sizes.c").write_text(f"#include <lark_event.h>\n{checks}int main(void) {{ return 0; }}\n")
    run(library.build(tmp_path / "sizes.c", tmp_path / "sizes"))
