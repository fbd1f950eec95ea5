/* SPDX-License-Identifier: MIT */
/* Tests of what src/proto refuses: each message, the place it names, what it shows; and that no
 * mutation of valid input is answered by anything but a result or a message. */
#include "proto/type.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new();
}

static void tear_down(void)
{
	arena_free(arena);
}

static const char *refuse(const char *text, size_t len)
{
	struct case_list list = { 0 };
	const char *error = NULL;
	int r = proto_parse_mem(arena, "f.h", text, len, &list, &error);

	ck_assert_msg(r == -1, "accepted: %s", text);
	ck_assert_ptr_nonnull(error);
	return error;
}

/* Input, position, fragment of the message, fragment of the hint (or NULL). */
static const struct {
	const char *in, *at, *what, *hint;
} refused[] = {
	/* Names and types. */
	{ "int f(foo_t x);", "1:7", "unknown type name 'foo_t'", "typedef ... foo_t;" },
	{ "unsinged f(int);", "1:1", "unknown type name", "did you mean 'unsigned'?" },
	{ "unsinged int f(int);", "1:1", "unknown type name 'unsinged'",
	  "did you mean 'unsigned'?" },
	{ "int f(unit32_t);", "1:7", "unknown type name 'unit32_t'", "did you mean 'uint32_t'?" },
	{ "int f(int,\n\tcahr);", "2:2", "unknown type name 'cahr'", "did you mean 'char'?" },
	{ "unsigned lnog f(int);", "1:10", "unknown word 'lnog'", "did you mean 'long'?" },
	{ "unsigned float f(int);", "1:1", "'unsigned float' is not a type", NULL },
	{ "int f(short long);", "1:7", "'short long' is not a type", NULL },
	{ "int f(long long long);", "1:7", "'long long long' is not a type", NULL },
	{ "int f(int u32 x);", "1:15", "expected ',' or ')' before 'x'", NULL },
	{ "int f(u32 int);", "1:7", "'u32 int' is not a type", NULL },
	{ "int f(_Complex int);", "1:7", "not a type", NULL },
	{ "int f(_Complex);", "1:7", "_Complex alone", NULL },
	{ "int f(_Complex __bf16);", "1:16", "complex '__bf16'", "neither gcc nor clang" },
	{ "typedef float v __attribute__((ext_vector_type(3)));", "1:48", "1, 2, 4, 8",
	  "clang rounds" },
	{ "__attribute__((no_callee_saved_registers)) void f(void);", "1:16", "not supported",
	  "no compiler" },
	{ "int f(_BitInt(1));", "1:16", "at least 2 bits", NULL },
	{ "int f(_BitInt(0));", "1:15", "must be 1 to", NULL },
	{ "int f(_BitInt(99999));", "1:15", "must be 1 to", NULL },
	{ "f(int);", "1:1", "no type before 'f'", "return type" },
	{ "static f(int);", "1:8", "no type before 'f'", NULL },
	{ "int (int);", "1:6", "expected a name", NULL },
	{ "int;", "1:1", "declares nothing", NULL },
	{ "int while(int);", "1:5", "expected a name before 'while'", "keyword" },
	{ "va_list f(int);", "1:1", "'va_list' is not supported here", "void *" },
	{ "struct s { va_list a; };", "1:12", "'va_list' is not supported here", "void *" },
	{ "int [[gnu::fastcall]] f(int);", "1:12", "belongs to the type", "before the type" },
	{ "union u { int *a; float b; } __attribute__((transparent_union));", "1:45",
	  "does not fit this type", "one size" },
	{ "union u { int a : 4; int b; } __attribute__((transparent_union));", "1:46",
	  "does not fit this type", "one size" },
	{ "struct s { int a; } __attribute__((transparent_union));", "1:36",
	  "does not fit this type", "unions" },
	{ "union u { int a; }; typedef union u t __attribute__((transparent_union));", "1:54",
	  "typedef of a type that has a name", "after the union" },
	{ "_Complex _Decimal64 f(int);", "1:1", "'_Complex _Decimal64' is not a type", NULL },
	{ "long _Decimal64 f(int);", "1:1", "'long _Decimal64' is not a type", NULL },
	{ "typedef _Decimal32 v __attribute__((vector_size(16)));", "1:37", "no vector of", NULL },
	{ "int f(char __attribute__((address_space(271))) *);", "1:27", "have 4 bytes",
	  "unsigned int" },
	{ "struct s { int a; }; int f(_Atomic struct s);", "1:28",
	  "_Atomic 'struct s' is not supported", "basic types" },
	{ "int f(_Atomic(int *) a);", "1:7", "_Atomic 'int *' is not supported", "basic types" },
	{ "int f(int *_Atomic a);", "1:12", "an _Atomic pointer", NULL },
	{ "int f(typeof(int));", "1:7", "'typeof' is not supported", NULL },
	/* What is not a declaration of a function. */
	{ "int f();", "1:7", "empty parameter list", "write (void)" },
	{ "int f(void (*)());", "1:16", "empty parameter list", "write (void)" },
	{ "int f(int a) { return a; }", "1:14", "function definitions", "';'" },
	{ "int f(a, b) int a, b; {", "1:7", "unknown type name 'a'", "old-style" },
	{ "int x;", "1:5", "'x' is not a function", NULL },
	{ "int x = 3;", "1:7", "initialisers", NULL },
	{ "int f(int) = 0;", "1:12", "initialisers", NULL },
	{ "int f(int a = 3);", "1:13", "no initialiser", "C++" },
	{ "#include <stdio.h>\n", "1:1", "preprocessor lines", "plain declarations" },
	{ "int f(int);\n  #define X\n", "2:3", "preprocessor lines", NULL },
	{ "int f(int &r);", "1:11", "references", "pointer" },
	{ "extern \"Fortran\" int f(int);", "1:8", "unknown linkage", "C++" },
	{ "struct s { ~s(); int a; };", "1:12", "expected", NULL },
	{ "extern \"C\" { extern \"C++\" { } struct s { ~s(); int a; }; }", "1:42", "expected",
	  NULL },
	{ "extern \"C++\" { struct s { ~s() = delete; int a; }; }", "1:34", "not supported here",
	  NULL },
	{ "std::string f(int);", "1:1", "unknown type name 'std'", "C++" },
	{ "class x;", "1:1", "'class' is not supported", "C++" },
	{ "int f(int) asm(\"g\");", "1:12", "'asm' is not supported", "asm label" },
	{ "int f(int n, int a[n]);", "1:20", "'n' is not a constant", "variable-length" },
	{ "int f(int a[*]);", "1:13", "variable-length", NULL },
	{ "int f(int)", "1:11", "expected ';'", NULL },
	{ "int f(int)\nint g(int);", "1:11", "expected ';' at the end", NULL },
	{ "int f(int", "1:10", "expected ',' or ')' before the end of the file", NULL },
	{ "int f(int) g(int);", "1:12", "expected ';' or ','", NULL },
	{ "int f(int);}", "1:12", "expected a declaration before '}'", NULL },
	/* Functions and their types. */
	{ "int f(int);\nint f(long);", "2:5", "'f' is declared twice", "own name" },
	{ "typedef int f; int f(int);", "1:20", "declared again", NULL },
	{ "int size_t(int);", "1:5", "name of a type", NULL },
	{ "int f(int a, char a);", "1:19", "'a' is declared twice", NULL },
	{ "int f(void, int);", "1:7", "cannot be void", NULL },
	{ "int f(void x);", "1:12", "cannot be void", NULL },
	{ "int f(...);", "1:7", "needs a parameter", NULL },
	{ "int f(int, ..., int);", "1:15", "expected ')' after '...'", NULL },
	{ "int f(struct s x);", "1:16", "'struct s' has no definition yet", "pointer" },
	{ "struct s f(int);", "1:11", "'struct s' has no definition yet", NULL },
	{ "int f(enum e x);", "1:12", "'enum e' has no definition yet", NULL },
	{ "int f(int)(int);", "1:6", "cannot return a function", NULL },
	{ "int f(int)[3];", "1:6", "cannot return an array", NULL },
	{ "int f(int a[2][]);", "1:12", "arrays without size", NULL },
	{ "int f(void a[2]);", "1:13", "array of void", NULL },
	{ "int f(int a[2](int));", "1:12", "array of functions", NULL },
	{ "int f(int a[-1]);", "1:13", "must be 0 to", NULL },
	{ "int f(int (*a)[1 << 30]);", "1:15", "too large", NULL },
	{ "int f(int (*a)[static 3]);", "1:15", "for parameters only", NULL },
	{ "int f(static int a);", "1:7", "'static' on a parameter", NULL },
	{ "typedef extern int x;", "1:9", "'extern' after 'typedef'", NULL },
	{ "int f(int,int,int,int,int,int,int,int,int,int,int,int,int,int,int,int,int,int,int,int,"
	  "int,int,int,int,int);",
	  "1:103", "more than 24 arguments", NULL },
	/* Attributes. */
	{ "__attribute__((pakced)) int f(int);", "1:16", "unknown attribute 'pakced'", "'packed'" },
	{ "int f(int) __attribute__((frobnicate));", "1:27", "unknown attribute", NULL },
	{ "int f(int) __attribute__((pascal));", "1:27", "is not supported", "not among" },
	{ "int f(int) __attribute__((regparm(4)));", "1:35", "must be 0 to 3, not 4", NULL },
	{ "int f(int) __attribute__((regparm));", "1:34", "expected '('", NULL },
	{ "int f(int) __attribute__((packed));", "1:27", "means nothing on a function", NULL },
	{ "int f(int a __attribute__((aligned(8))));", "1:28", "nothing on a parameter", NULL },
	{ "int f(int a __attribute__((stdcall)));", "1:28", "belongs on a function", NULL },
	{ "__stdcall int f(int) __attribute__((fastcall));", "1:37", "contradicts", NULL },
	{ "int f(int) __attribute__((deprecated(\"x\");", "1:42", "')' before ';'", NULL },
	{ "int f(int) __attribute__((malloc(((x;", "1:33", "never closed", NULL },
	{ "int f(int) [[foo::bar]];", "1:14", "namespace 'foo'", NULL },
	{ "int f(long __attribute__((vector_size(16))));", "1:27", "differs between", NULL },
	{ "int f(int __attribute__((vector_size(12))));", "1:38", "power of two", NULL },
	{ "int f(int __attribute__((mode(ZZ))));", "1:26", "unknown mode", "known:" },
	/* Structs and enums. */
	{ "struct s { int a; char a; };", "1:24", "'a' is declared twice", NULL },
	{ "struct s { int a; union { int a; }; };", "1:35", "'a' is declared twice", NULL },
	{ "struct s { int a; };\nstruct s { int b; };", "2:8", "defined twice", NULL },
	{ "struct s { struct s x; };", "1:21", "no definition yet", NULL },
	{ "struct s { struct s { int a; } x; };", "1:8", "defined inside itself", NULL },
	{ "struct s { int a; }; union s { int b; };", "1:28", "was declared as", NULL },
	{ "struct s { int a[]; int b; };", "1:25", "must be the last", NULL },
	{ "struct s { int f(int); };", "1:16", "cannot be a function", NULL },
	{ "struct s { int; };", "1:12", "has no name", NULL },
	{ "struct s { int a : 33; };", "1:20", "must be 0 to 32, not 33", NULL },
	{ "struct s { int a : 0; };", "1:20", "has no bits", NULL },
	{ "struct s { float a : 3; };", "1:18", "bit-field of type 'float'", NULL },
	{ "struct s { int a }", "1:18", "expected ';' at the end of the member", NULL },
	{ "struct s { int a;", "1:18", "before the end of the file", NULL },
	{ "struct s { int a; }\nint f(int);", "1:20", "expected ';' after", NULL },
	{ "enum e { A, A };", "1:13", "'A' is declared twice", NULL },
	{ "enum e { A = 1 / 0 };", "1:16", "division by zero", NULL },
	{ "enum e { A = 2147483647 + 1 };", "1:25", "overflow", NULL },
	{ "enum e { A = 1 << 32 };", "1:16", "shift by 32", NULL },
	{ "enum e { A = 18446744073709551615u };", "1:14", "too large", NULL },
	{ "enum e { A = 0x7fffffffffffffff, B };", "1:34", "too large", NULL },
	{ "enum e { A = sizeof(int) };", "1:14", "'sizeof' is not supported", NULL },
	{ "enum e { A = x };", "1:14", "'x' is not a constant", NULL },
	{ "enum e { };", "1:10", "expected an enumerator's name", NULL },
	/* The text itself. */
	{ "int f(int) /* x", "1:12", "comment is not closed", NULL },
	{ "int f(int)@;", "1:11", "unexpected character '@'", NULL },
	{ "int f(int \xc3\xa9);", "1:11", "unexpected byte 0xc3", NULL },
	{ "int f(int) \\\n;", "1:12", "stray '\\'", NULL },
	{ "enum e { A = 'x' };", "1:14", "character constants", NULL },
	{ "enum e { A = 1.5 };", "1:14", "malformed integer", NULL },
	{ "enum e { A = 09 };", "1:14", "malformed integer", NULL },
	{ "enum e { A = 0x };", "1:14", "malformed integer", NULL },
	{ "enum e { A = 99999999999999999999 };", "1:14", "64 bits", NULL },
	{ "int f(int) __attribute__((deprecated(\"x));", "1:38", "string is not closed", NULL },
	/* Annotations. */
	{ "//! gruop x\nint f(int);", "1:5", "unknown annotation 'gruop'",
	  "did you mean 'group'?" },
	{ "//! knwon x\nint f(int);", "1:5", "unknown annotation 'knwon'", "did you mean 'known'" },
	{ "//! known x y: z\nint f(int);", "1:11", "unknown compiler family", "gcc, clang" },
	{ "//! known gcc<x y: z\nint f(int);", "1:15", "a major version", "known FAMILY" },
	{ "//! known gcc/2 sysv: z\nint f(int);", "1:15", "an optimisation belongs here",
	  "known FAMILY" },
	{ "//! known gcc/O0, sysv: z\nint f(int);", "1:18", "an optimisation belongs here",
	  "known FAMILY" },
	{ "//! known gcc=12 : z\nint f(int);", "1:18", "a convention's name", "known FAMILY" },
	{ "//! known gcc sysv,: z\nint f(int);", "1:20", "a convention's name", "known FAMILY" },
	{ "//! known gcc sysv z\nint f(int);", "1:21", "':' and the reason", "known FAMILY" },
	{ "//! known gcc sysv caller;\nint f(int);", "1:26", "':' and the reason", "known FAMILY" },
	{ "//! known gcc sysv argument, : z\nint f(int);", "1:30", "a check's name",
	  "known FAMILY" },
	{ "//! known gcc sysv callee caller x: z\nint f(int);", "1:34", "':' and the reason",
	  "known FAMILY" },
	{ "//! known gcc sysv:\nint f(int);", "1:5", "'known' without a reason", NULL },
	{ "int f(int);\n//! known gcc sysv: z\n", "2:5", "'known' without a declaration", NULL },
	{ "//! known causes\nint f(int);", "1:11", "'known causes' stands in the lines behind",
	  "lines of its own" },
	{ "//!\nint f(int);", "1:1", "without a word", NULL },
	{ "//! group\nint f(int);", "1:5", "'group' without a name", NULL },
	{ "//! why\nint f(int);", "1:5", "'why' without text", NULL },
	{ "//! abi sysv, ms\nint f(int);", "1:13", "cannot be in a name", "blanks" },
	{ "//! abi sysv sysv\nint f(int);", "1:5", "listed twice", NULL },
	{ "//! why x\n//! why y\nint f(int);", "2:5", "a second 'why'", NULL },
	{ "//! leaf f\nint f(int);", "1:10", "'leaf' stands alone", NULL },
	{ "//! leaf\n//! leaf\nint f(int);", "2:5", "a second 'leaf' for one declaration", NULL },
	{ "//! leaf\n", "1:5", "'leaf' without a declaration after it", NULL },
	{ "//! tail f\nvoid f(int);", "1:10", "'tail' stands alone", NULL },
	{ "//! tail\nint f(int);", "1:5",
	  "'tail' is of functions that return nothing: 'f' does not", NULL },
	{ "//! leaf\n//! tail\nvoid f(int);", "2:5", "'tail' and 'leaf' contradict each other",
	  NULL },
	{ "//! implicit\nint f(int);", "1:5", "'implicit' without an expression", NULL },
	{ "//! implicit f:\nint f(int);", "1:5", "'implicit' without an expression", NULL },
	{ "//! implicit a / b\n", "1:5", "'implicit' without a declaration after it", NULL },
	{ "//! varargs\nint f(int, ...);", "1:5", "'varargs' without types", NULL },
	{ "//! varargs int\nint f(int);", "1:5", "takes no '...'", NULL },
	{ "//! varargs int x\nint f(int, ...);", "1:17", "'x' after a type", NULL },
	{ "//! varargs int,\nint f(int, ...);", "1:17", "expected a type", NULL },
	{ "//! varargs foo\nint f(int, ...);", "1:13", "unknown type name 'foo'", NULL },
	{ "int f(int);\n//! why x\n", "2:5", "'why' without a declaration", NULL },
	{ "//! why x\n//! group y\nint f(int);", "1:5", "'why' without a declaration", NULL },
	{ "int f(int\n//! why x\n);", "2:5", "inside a declaration", NULL },
};

START_TEST(test_refused)
{
	const char *error = refuse(refused[_i].in, strlen(refused[_i].in));
	const char *line = arena_strndup(arena, error, strcspn(error, "\n"));
	const char *at = arena_printf(arena, "f.h:%s: error: ", refused[_i].at);

	ck_assert_msg(!strncmp(line, at, strlen(at)), "wanted %s got\n%s", at, error);
	ck_assert_msg(strstr(line, refused[_i].what), "wanted %s got\n%s", refused[_i].what, error);
	ck_assert_msg(strchr(strchr(error, '\n'), '^'), "no caret:\n%s", error);
	if (refused[_i].hint) {
		const char *hint = strstr(error, "\nhint: ");

		ck_assert_msg(hint && strstr(hint, refused[_i].hint), "wanted hint %s got\n%s",
			      refused[_i].hint, error);
	}
}
END_TEST

START_TEST(test_excerpts)
{
	struct str s = { 0 };
	const char *error;

	ck_assert_str_eq(refuse("\tint\tf(foo_t);", 14),
			 "f.h:1:8: error: unknown type name 'foo_t'\n"
			 "            int     f(foo_t);\n"
			 "                      ^~~~~\n"
			 "hint: declare it before with a typedef; if "
			 "it is a parameter's name, write its type "
			 "as well (old-style lists are not "
			 "supported)");
	ck_assert_str_eq(refuse("int f(int);\r\nint x;\r\n", 21),
			 "f.h:2:5: error: 'x' is not a function\n"
			 "    int x;\n"
			 "        ^\n"
			 "hint: case files declare functions and types only");
	ck_assert_str_eq(refuse("int f(int);\nlong f(int);", 24),
			 "f.h:2:6: error: 'f' is declared twice\n"
			 "    long f(int);\n"
			 "         ^\n"
			 "f.h:1:5: note: the other one is here\n"
			 "    int f(int);\n"
			 "        ^\n"
			 "hint: each function of a file needs its own name");
	/* A long line is clipped around the caret, which stays below its token. */
	str_add(&s, "int f(");
	for (int i = 0; i < 20; i++)
		str_addf(&s, "int argument_%d, ", i);
	str_add(&s, "oops here, long long another, long long one_more, long long the_last);");
	error = refuse(s.s, s.len);
	for (const char *line = error, *next; (next = strchr(line, '\n')); line = next + 1) {
		if (line != error)
			ck_assert_int_le(next - line, 4 + 76);
		const char *caret = memchr(line, '^', (size_t)(next - line));

		if (caret) {
			const char *shown = strstr(strchr(error, '\n'), "oops");

			ck_assert_int_eq(caret - line, shown - (strchr(error, '\n') + 1));
		}
	}
	str_free(&s);
}
END_TEST

START_TEST(test_nul)
{
	ck_assert_ptr_nonnull(strstr(refuse("int f(\0int);", 12), "f.h:1:7: error: NUL byte"));
	ck_assert_ptr_nonnull(strstr(refuse("/* \0 */", 7), "f.h:1:4: error: NUL byte"));
	ck_assert_ptr_nonnull(strstr(refuse("//! why \0x\n", 11), "f.h:1:9: error: NUL byte"));
	ck_assert_ptr_nonnull(strstr(refuse("//\0", 3), "f.h:1:3: error: NUL byte"));
}
END_TEST

/* Each way to nest, deeper than anyone writes, is refused rather than followed. */
START_TEST(test_nesting)
{
	static const char *const nests[][3] = {
		{ "int f(int ", "(", "" },   { "int f(", "int (*)(", "" },
		{ "int f(int ", "*", ");" }, { "int f(int a", "[1]", ");" },
		{ "enum { A = ", "(", "" },  { "enum { A = ", "-", "1};" },
		{ "enum { A = ", "1?", "" }, { "enum { A = ", "1?1:", "" },
		{ "", "struct {", "" },      { "struct { int ", "(", "" },
		{ "", "enum : ", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(nests); i++) {
		struct str s = { 0 };

		str_add(&s, nests[i][0]);
		for (int n = 0; n < 100000; n++)
			str_add(&s, nests[i][1]);
		str_add(&s, nests[i][2]);
		refuse(s.s, s.len);
		str_free(&s);
	}
}
END_TEST

START_TEST(test_deep_types)
{
	struct str s = { 0 };

	str_add(&s, "struct s0 { int a; };");
	for (int n = 1; n < 1000; n++)
		str_addf(&s, "struct s%d { struct s%d a; };", n, n - 1);
	ck_assert_ptr_nonnull(strstr(refuse(s.s, s.len), "nested deeper"));
	s.len = 0;
	str_add(&s, "typedef int t0;");
	for (int n = 1; n < 1000; n++)
		str_addf(&s, "typedef t%d *t%d;", n - 1, n);
	ck_assert_ptr_nonnull(strstr(refuse(s.s, s.len), "nested deeper"));
	str_free(&s);
}
END_TEST

START_TEST(test_decl_refused)
{
	static const char *const texts[] = { "",
					     "int",
					     "struct s { int a; }",
					     "int f(int); int g(int)",
					     "int f(int) x",
					     "typedef int f(int)" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *error = NULL;

		ck_assert_ptr_null(proto_parse_decl(arena, texts[i], &error));
		ck_assert_ptr_nonnull(error);
		ck_assert_msg(strstr(error, ": error: "), "%s", error);
	}
}
END_TEST

/* ---- mutations ---- */

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*state >> 33);
}

static const char *const seeds[] = {
	"//! group g why not\n//! abi sysv ms\n//! varargs int, char *, void (*)(int)\n"
	"int f(const char *restrict format, ...) __attribute__((format(printf, 1, 2)));\n",
	"typedef struct pair { int a : 3, : 0; union { long b; char c[2][3]; }; } pair;\n"
	"[[gnu::stdcall]] pair f(pair *p, struct later *q), *g(int a[static 4], int (*)(void));\n",
	"enum e { A = 1 << 4, B = ~A + (3 ? 2u : 0x1f) % 7, C } __attribute__((packed));\n"
	"void (*sig(int n, void (__stdcall *h)(enum e)))(int) __attribute__((regparm(3)));\n",
	"typedef float v4 __attribute__((vector_size(16), aligned(32)));\n"
	"asmlinkage unsigned long int long f(v4, _BitInt(77) x, double _Complex, bool, u64 [A]);\n",
};

static const char *const inserts[] = { "(",      ")",
				       "*",      "[",
				       "]",      "{",
				       "}",      ";",
				       ",",      "...",
				       ":",      "int",
				       "struct", " ",
				       "\n",     "//! ",
				       "/*",     "__attribute__((",
				       "\"",     "0x7fffffffffffffff",
				       "[[",     "=",
				       "#",      "void",
				       "enum" };

static void mutate(struct str *s, uint64_t *random)
{
	size_t at = next_random(random) % (s->len + 1), n;
	const char *in;

	switch (next_random(random) % 4) {
	case 0:
		if (at < s->len)
			s->s[at] = (char)next_random(random);
		return;
	case 1:
		n = next_random(random) % 8;
		n = n < s->len - at ? n : s->len - at;
		memmove(s->s + at, s->s + at + n, s->len - at - n);
		s->len -= n;
		return;
	default:
		in = inserts[next_random(random) % ARRAY_SIZE(inserts)];
		n = strlen(in);
		str_addn(s, in, n);
		memmove(s->s + at + n, s->s + at, s->len - n - at);
		memcpy(s->s + at, in, n);
	}
}

START_TEST(test_mutations)
{
	uint64_t random = 42;

	for (int i = 0; i < 20000; i++) {
		struct arena *a = arena_new();
		struct case_list list = { 0 };
		const char *error = NULL;
		struct str s = { 0 };

		str_add(&s, seeds[next_random(&random) % ARRAY_SIZE(seeds)]);
		for (uint32_t n = next_random(&random) % 6; n--;)
			mutate(&s, &random);
		if (proto_parse_mem(a, "f.h", s.s, s.len, &list, &error) < 0)
			ck_assert_msg(error && strstr(error, ": error: "), "no message:\n%s", s.s);
		else
			for (size_t k = 0; k < list.n; k++)
				ck_assert_uint_gt(strlen(proto_spell(a, list.v[k].proto)), 0);
		str_free(&s);
		arena_free(a);
	}
}
END_TEST

TCase *reject_tests(void);

TCase *reject_tests(void)
{
	TCase *t = tcase_create("refused");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, test_refused, 0, ARRAY_SIZE(refused));
	tcase_add_test(t, test_excerpts);
	tcase_add_test(t, test_nul);
	tcase_add_test(t, test_nesting);
	tcase_add_test(t, test_deep_types);
	tcase_add_test(t, test_decl_refused);
	tcase_add_test(t, test_mutations);
	return t;
}
