/* SPDX-License-Identifier: MIT */
/* The JSON Schema of matrix.json: `matrix_schema docs/matrix.schema.json' fails when the schemas of
 * the lists in it are not those of src/verdict/shape.h; with `--write' it writes them. */
#include "report/shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	bool write = argc == 3 && !strcmp(argv[1], "--write");
	const char *path = argv[argc - 1];
	json_t *root, *properties;
	json_error_t error;
	bool equal = true;
	char *text;

	if (argc != 2 + write)
		die("usage: matrix_schema [--write] FILE");
	root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		die("%s: %s", path, error.text);
	properties = json_object_get(root, "properties");
	for (enum shape_id i = 0; i < SHAPES; i++) {
		json_t *want = shape_schema(i), *have = json_object_get(properties, shapes[i].list);

		if (!json_equal(want, have)) {
			equal = false;
			if (!write)
				warn("%s: the schema of `%s' is not as src/verdict/shape.h says",
				     path, shapes[i].list);
		}
		json_object_set_new(properties, shapes[i].list, want);
	}
	text = json_dumps(root, JSON_INDENT(2));
	if (write && (!text || file_write(path, arena_printf(arena_new(), "%s\n", text),
					  strlen(text) + 1) < 0))
		die("cannot write %s", path);
	if (!equal && !write)
		warn("`build/matrix_schema --write %s' writes it", path);
	return !equal && !write;
}
