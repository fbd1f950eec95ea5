/* SPDX-License-Identifier: MIT */
/* Headers as they are, made readable for a parser of plain declarations. */
#include "check/header_text.h"

#include <stdlib.h>
#include <string.h>

#define VA_LIST "__clobber_va_list"

/* A macro without arguments: what its name stands for. */
struct macro {
	const char *name, *body;
};

struct macros {
	struct macro *v;
	size_t n;
};

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Behind a comment, string or character at *s, or s itself. */
static char *skip_quoted(char *s)
{
	char quote = *s, *end;

	if (s[0] == '/' && s[1] == '*') {
		end = strstr(s + 2, "*/");
		return end ? end + 2 : s + strlen(s);
	}
	if (s[0] == '/' && s[1] == '/')
		return s + strcspn(s, "\n");
	if (quote != '"' && quote != '\'')
		return s;
	for (s++; *s && *s != quote && *s != '\n'; s++)
		s += *s == '\\' && s[1];
	return *s == quote ? s + 1 : s;
}

static void blank(char *from, char *to)
{
	for (; from < to; from++) {
		if (*from != '\n')
			*from = ' ';
	}
}

/* Behind the bracket that closes the one at `s`. */
static char *behind_bracket(char *s)
{
	char open = *s, close = open == '{' ? '}' : ')';
	unsigned depth = 0;

	while (*s) {
		char *next = skip_quoted(s);

		if (next > s) {
			s = next;
			continue;
		}
		depth += *s == open;
		if (*s == close && !--depth)
			return s + 1;
		s++;
	}
	return s;
}

/* Macros -------------------------------------------------------------------------------------- */

/* Does a macro's body hold nothing but attributes and words that go before a declaration? */
static bool is_specifier(const char *body)
{
	static const char *const words[] = { "__attribute__", "__attribute", "extern",
					     "__declspec",    "__stdcall",   "__cdecl",
					     "__fastcall",    "__restrict",  "const" };

	for (body += strspn(body, " \t\\"); *body;) {
		size_t n = 0;
		bool known = false;

		while (name_char(body[n]))
			n++;
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			known = known || (strlen(words[i]) == n && !strncmp(body, words[i], n));
		if (!known)
			return false;
		body += n + strspn(body + n, " \t");
		if (*body == '(')
			body = behind_bracket((char *)body);
		body += strspn(body, " \t\\\n");
	}
	return true;
}

/* "#define NAME BODY", if it is of that kind. */
static void take_define(struct arena *a, struct macros *m, const char *s, size_t len)
{
	struct macro d;
	const char *start = s;
	size_t n = 0;
	char *body;

	s += strspn(s, "# \t");
	if (strncmp(s, "define", 6))
		return;
	s += 6 + strspn(s + 6, " \t");
	while (name_char(s[n]))
		n++;
	if (!n || s[n] == '(')
		return;
	d.name = arena_strndup(a, s, n);
	s += n;
	d.body = body = arena_strndup(a, s, len - (size_t)(s - start));
	for (; *body; body++) {
		if (*body == '\\' || *body == '\n')
			*body = ' ';
	}
	if (!is_specifier(d.body))
		return;
	m->v = arena_grow(a, m->v, m->n, sizeof(d));
	m->v[m->n++] = d;
}

/* Of the kernel's annotations those that change a layout, and those that do not. */
static const char *kernel_word(const char *s, size_t n, bool *arguments)
{
	static const struct {
		const char *name, *body;
		bool arguments;
	} words[] = {
		{ "__packed", "__attribute__((packed))", false },
		{ "__cold", "", false },
		{ "__init", "", false },
		{ "__exit", "", false },
		{ "__user", "", false },
		{ "__iomem", "", false },
		{ "__must_check", "", false },
		{ "__pure", "", false },
		{ "__malloc", "", false },
		{ "__noreturn", "", false },
		{ "__visible", "", false },
		{ "__weak", "", false },
		{ "noinline", "", false },
		{ "notrace", "", false },
		{ "noinstr", "", false },
		{ "__extension__", "", false },
		/* Of the C library and of compilers: what is passed as va_list is a pointer (x86-64
		 * psABI 3.5.7: an array of one), in both widths. */
		{ "__builtin_va_list", VA_LIST, false },
		{ "__gnuc_va_list", VA_LIST, false },
		{ "va_list", VA_LIST, false },
		{ "__BEGIN_DECLS", "", false },
		{ "__END_DECLS", "", false },
		{ "__THROW", "", false },
		{ "__THROWNL", "", false },
		{ "__wur", "", false },
		{ "__attribute_pure__", "", false },
		{ "__attribute_const__", "", false },
		{ "__attribute_malloc__", "", false },
		{ "__attribute_deprecated__", "", false },
		{ "__nonnull", "", true },
		{ "__attr_access", "", true },
		{ "__attr_dealloc", "", true },
		/* More of the kernel's. */
		{ "__always_inline", "inline", false },
		{ "__maybe_unused", "", false },
		{ "__always_unused", "", false },
		{ "__used", "", false },
		{ "__hot", "", false },
		{ "__deprecated", "", false },
		{ "__ref", "", false },
		{ "__percpu", "", false },
		{ "__rcu", "", false },
		{ "__force", "", false },
		{ "__kernel", "", false },
		{ "__bitwise", "", false },
		{ "__initdata", "", false },
		{ "__read_mostly", "", false },
		{ "__ro_after_init", "", false },
		{ "__naked", "", false },
		{ "__no_sanitize_address", "", false },
		{ "__latent_entropy", "", false },
		{ "__attribute_const__", "", false },
		{ "__section", "", true },
		{ "__counted_by", "", true },
		{ "__assume_aligned", "", true },
		{ "__realloc_size", "", true },
		{ "__printf", "", true },
		{ "__scanf", "", true },
		{ "__alloc_size", "", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].name) == n && !strncmp(words[i].name, s, n)) {
			*arguments = words[i].arguments;
			return words[i].body;
		}
	}
	return NULL;
}

static const char *body_of(const struct macros *m, const char *s, size_t n, bool *arguments)
{
	*arguments = false;
	/* The last definition counts. */
	for (size_t i = m->n; i-- > 0;) {
		if (strlen(m->v[i].name) == n && !strncmp(m->v[i].name, s, n))
			return m->v[i].body;
	}
	return kernel_word(s, n, arguments);
}

/* The declaration that ends at `end` began here: behind the last ';' or '}' outside of brackets. */
struct scan {
	struct arena *a;
	char *declaration;
	bool line_start, has_record; /* in this declaration: the definition of a type */
	unsigned packed, packs[16];  /* #pragma pack: now, and around */
	size_t npacks;
	unsigned linkage; /* extern "C" { */
	size_t left_out;
	/* In order: where a packed type's attribute goes; a name that a label takes the place of.
	 */
	struct insert {
		char *at;
		const char *text;
		size_t instead; /* of so many characters */
	} * insert;
	size_t ninserts;
};

static void insert(struct scan *scan, char *at, const char *text, size_t instead)
{
	scan->insert = arena_grow(scan->a, scan->insert, scan->ninserts, sizeof(*scan->insert));
	scan->insert[scan->ninserts++] = (struct insert){ at, text, instead };
}

/* Is the word between what was read and `behind` what is declared, whatever it may mean elsewhere?
 */
static bool is_name(const struct str *before, const char *behind)
{
	size_t n = before->len;

	while (n && strchr(" \t\n", before->s[n - 1]))
		n--;
	behind += strspn(behind, " \t");
	return n && (name_char(before->s[n - 1]) || before->s[n - 1] == '*') && *behind &&
	       strchr(";,[:=", *behind);
}

static char *expand(struct arena *a, const struct macros *m, char *text, const struct scan *scan)
{
	struct str out = { 0 };
	char *s = text, *r;
	size_t inserted = 0;

	/* In front of the first line, whose number it does not change. */
	str_add(&out, strstr(text, "va_list")
			      ? "typedef struct { unsigned gp_offset, fp_offset; void "
				"*overflow_arg_area, *reg_save_area; } " VA_LIST "[1]; "
			      : "");
	while (*s) {
		char *next = skip_quoted(s);
		const char *body = NULL;
		bool arguments;

		while (inserted < scan->ninserts && scan->insert[inserted].at <= s) {
			const struct insert *x = &scan->insert[inserted++];

			if (x->at != s)
				continue;
			str_add(&out, x->text);
			s += x->instead;
			next = skip_quoted(s);
		}
		size_t n = 0;

		while (next == s && name_char(s[n]))
			n++;
		if (n)
			body = body_of(m, s, n, &arguments);
		/* Under a name that means nothing to the parser either. */
		if (body && !*body && is_name(&out, s + n))
			body = arena_printf(a, "%.*s_", (int)n, s), arguments = false;
		if (!body) {
			n = next > s ? (size_t)(next - s) : n ? n : 1;
			str_addn(&out, s, n);
			s += n;
			continue;
		}
		str_addf(&out, "%s ", body);
		s += n;
		if (arguments && s[strspn(s, " ")] == '(')
			s = behind_bracket(s + strspn(s, " "));
	}
	r = arena_strndup(a, out.s, out.len);
	str_free(&out);
	return r;
}

/* Directives ---------------------------------------------------------------------------------- */

/* #pragma pack: (push, 2), (1), (pop), (): to how many bytes members are aligned; 0: as usual. */
static unsigned pack_of(const char *s, const char *end)
{
	while (s < end && !(*s >= '0' && *s <= '9'))
		s++;
	return s < end ? (unsigned)strtoul(s, NULL, 10) : 0;
}

/* Behind a directive and its continuations, which are blanked. */
static char *directive(struct arena *a, struct macros *m, char *s, struct scan *scan)
{
	char *end = s;
	const char *pack;

	/* A comment in it may go over several lines, too. */
	while (*end && (*end != '\n' || end[-1] == '\\')) {
		char *next = end[0] == '/' && end[1] == '*' ? skip_quoted(end) : end;

		end = next > end ? next : end + 1;
	}
	take_define(a, m, s, (size_t)(end - s));
	pack = strstr(s, "pragma");
	if (pack && pack < end && (pack = strstr(pack, "pack")) && pack < end) {
		bool push = false, pop = false;

		for (const char *w = pack; w < end; w++) {
			push = push || !strncmp(w, "push", 4);
			pop = pop || !strncmp(w, "pop", 3);
		}
		if (push && scan->npacks < ARRAY_SIZE(scan->packs))
			scan->packs[scan->npacks++] = scan->packed;
		if (pop)
			scan->packed = scan->npacks ? scan->packs[--scan->npacks] : 0;
		else if (!push || pack_of(pack, end))
			scan->packed = pack_of(pack, end);
	}
	blank(s, end);
	return end;
}

static bool at_word(const char *text, const char *s, const char *word)
{
	size_t n = strlen(word);

	return !strncmp(s, word, n) && !name_char(s[n]) && (s == text || !name_char(s[-1]));
}

/* extern "C", with or without a brace. */
static char *linkage(struct scan *scan, char *s)
{
	char *q = s + 6 + strspn(s + 6, " \t\n"), *brace;

	if (strncmp(q, "\"C\"", 3))
		return NULL;
	brace = q + 3 + strspn(q + 3, " \t\n");
	blank(s, q + 3);
	if (*brace == '{') {
		*brace = ' ';
		scan->linkage++;
		return brace + 1;
	}
	return q + 3;
}

static bool is_enum(const char *from, const char *brace)
{
	for (const char *s = from; s < brace; s++) {
		if (at_word(from, s, "enum"))
			return true;
	}
	return false;
}

/* Every structure in there ends with an attribute that says what the pragma does. */
static void pack_records(struct scan *scan, char *text, char *from, char *end)
{
	for (char *s = from, *next; s < end; s = next) {
		next = skip_quoted(s);
		if (next > s)
			continue;
		next = s + 1;
		if (*s != '}')
			continue;
		insert(scan, s + 1, " __attribute__((packed)) ", 0);
	}
	(void)text;
}

/* Lines of the preprocessor, and markers of it, among members. */
static void blank_directives(char *from, char *end)
{
	for (char *s = from; s < end; s += *s == '\n') {
		char *next = s + strcspn(s, "\n");

		if (s[strspn(s, " \t")] == '#' && s > from)
			blank(s, next < end ? next : end);
		s = next;
	}
}

/* A brace at file scope: a function's body goes with its declaration, anything else stays. */
static char *brace(struct scan *scan, char *text, char *s)
{
	char *before = s, *end;

	blank_directives(s, behind_bracket(s));
	end = behind_bracket(s);
	while (before > text && strchr(" \t\n", before[-1]))
		before--;
	if (before > text && before[-1] == ')' && end[-1] == '}') {
		blank(scan->declaration, end);
		scan->declaration = end;
	} else if (end[-1] == '}' && !is_enum(scan->declaration, s)) {
		scan->has_record = true;
		if (scan->packed == 1)
			pack_records(scan, text, s, end);
	}
	return end;
}

/* An asm label at *s: behind it. */
static char *label_at(const char *text, char *s)
{
	static const char *const words[] = { "__asm__", "__asm", "asm" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		char *open = s + strlen(words[i]) + strspn(s + strlen(words[i]), " \t\n");

		if (at_word(text, s, words[i]) && *open == '(')
			return behind_bracket(open);
	}
	return NULL;
}

/* The symbol that a label's strings name, one behind the other; NULL: none that C could name. */
static const char *symbol_of(struct arena *a, char *s, const char *end)
{
	struct str name = { 0 };
	const char *symbol;

	while (s < end) {
		char *next = skip_quoted(s);

		if (*s == '"' && next > s + 1)
			str_addn(&name, s + 1, (size_t)(next - s) - 2);
		s = next > s ? next : s + 1;
	}
	symbol = arena_strndup(a, name.s ? name.s : "", name.len);
	str_free(&name);
	for (const char *c = symbol; *c; c++) {
		if (!name_char(*c))
			return NULL;
	}
	return *symbol && !(*symbol >= '0' && *symbol <= '9') ? symbol : NULL;
}

/* The name of the function that is declared there: what stands before the first bracket. */
static char *declared(char *s, const char *end, size_t *n)
{
	char *name = NULL;

	for (char *next; s < end; s = next) {
		next = skip_quoted(s);
		if (next > s || strchr(" \t\n*", *s)) {
			next = next > s ? next : s + 1;
		} else if (name_char(*s)) {
			name = s;
			while (name_char(*next))
				next++;
			*n = (size_t)(next - s);
		} else if (*s == '(' && name && !strncmp(name, "__attribute", 11)) {
			next = behind_bracket(s);
			name = NULL;
		} else {
			return *s == '(' ? name : NULL;
		}
	}
	return NULL;
}

/* With a label a function has another symbol than its name: it is known by that. */
static bool rename_declared(struct scan *scan, char *label, char *behind)
{
	size_t n = 0;
	const char *symbol = symbol_of(scan->a, label, behind);
	char *name = declared(scan->declaration, label, &n);

	if (!symbol)
		return false;
	/* Of a variable nobody asks. */
	if (name)
		insert(scan, name, symbol, n);
	blank(label, behind);
	return true;
}

/* The end of a declaration: what cannot be taken as it is goes. */
static void end_of_declaration(struct scan *scan, char *text, char *end)
{
	bool left_out = false;

	for (char *s = scan->declaration, *next; s < end; s = next) {
		next = skip_quoted(s);
		if (next > s)
			continue;
		next = label_at(text, s);
		if (next)
			left_out = left_out || !rename_declared(scan, s, next);
		else
			next = s + 1;
	}
	/* Of packing to more than bytes no attribute says the same. */
	if (left_out || (scan->packed > 1 && scan->packed < 8 && scan->has_record)) {
		blank(scan->declaration, end);
		scan->left_out++;
	}
	scan->declaration = end;
	scan->has_record = false;
}

char *header_text(struct arena *a, char *text, size_t *left_out)
{
	struct scan scan = { .a = a, .declaration = text, .line_start = true };
	struct macros m = { 0 };

	for (char *s = text; *s;) {
		char *next = skip_quoted(s);

		if (next > s && *s == '/' && (next - s < 4 || s[2] != '!')) {
			s = next;
		} else if (next > s) {
			s = next;
		} else if (scan.line_start && *s == '#') {
			s = directive(a, &m, s, &scan);
		} else if (at_word(text, s, "extern") && (next = linkage(&scan, s))) {
			s = next;
		} else if (*s == '}' && scan.linkage) {
			*s++ = ' ';
			scan.linkage--;
		} else if (*s == '{') {
			s = brace(&scan, text, s);
		} else if (*s == '(') {
			s = behind_bracket(s);
			scan.line_start = false;
		} else {
			if (*s == ';')
				end_of_declaration(&scan, text, s + 1);
			scan.line_start = *s == '\n' || (scan.line_start && strchr(" \t", *s));
			s++;
		}
	}
	*left_out = scan.left_out;
	return expand(a, &m, text, &scan);
}
