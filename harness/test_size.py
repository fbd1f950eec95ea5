# SPDX-License-Identifier: MIT
"""No function is too long to be read at once: harness/size.py."""

import size


def test_functions_fit_a_page():
    found = size.long_functions(size.pathlib.Path(size.__file__).resolve().parent.parent)
    assert not found, "\n".join(found)


def test_a_long_function_and_what_is_counted(tmp_path):
    folder = tmp_path / "src" / "room"
    folder.mkdir(parents=True)
    body = "\tx(); /* a\n comment */\n\n" * (size.LONGEST // 3 + 1)
    (folder / "a.c").write_text('static const char *s = "/* no comment";\n\nstatic void f(int n)\n{\n' + body + "}\n")
    (folder / "a_test.c").write_text("int not_counted;\n")
    assert size.rooms(tmp_path) == {"src/room": 1 + 3 + size.LONGEST // 3 + 1}
    (found,) = size.long_functions(tmp_path)
    assert "src/room/a.c:3: f, " in found
    (folder / "a.c").write_text("static void f(int n)\n{\n" + "\tx();\n" * (size.LONGEST - 2) + "}\n")
    assert size.long_functions(tmp_path) == []
