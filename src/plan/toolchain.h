/* SPDX-License-Identifier: MIT */
/* Compilers, found by looking and known by probing: what each can do is decided by compiling a
 * small file, never by its name or version. */
#ifndef CLOBBER_TOOLCHAIN_H
#define CLOBBER_TOOLCHAIN_H

#include "abi/abi.h"

/* C features a case may need besides its convention: id, name, probe source (a whole file). */
#define FEATURES(X)                                                                            \
	X(BOOL, "_Bool",                                                                       \
	  "#ifdef __cplusplus\n#define _Bool bool\n#endif\n_Bool f(_Bool a) { return a; }")    \
	X(LLONG, "long long", "long long f(long long a) { return a; }")                        \
	X(INT128, "__int128", "__int128 f(__int128 a) { return a; }")                          \
	X(FLOAT, "float", "float f(float a) { return a; }")                                    \
	X(DOUBLE, "double", "double f(double a) { return a; }")                                \
	X(LDOUBLE, "long double", "long double f(long double a) { return a; }")                \
	X(ENUM, "enum", "enum e { A = -1, B }; enum e f(enum e a) { return a; }")              \
	X(FNPTR, "function pointer", "int f(int (*g)(char)) { return g(1); }")                 \
	X(STDARG, "<stdarg.h>",                                                                \
	  "#include <stdarg.h>\n"                                                              \
	  "long f(int n, ...) { va_list ap; long r; va_start(ap, n);\n"                        \
	  "r = va_arg(ap, long); va_end(ap); return r; }")                                     \
	X(RESTRICT, "restrict", "char f(const char *restrict p) { return *p; }")               \
	X(COMPLEX, "_Complex", "double _Complex f(double _Complex a) { return a; }")           \
	X(VECTOR, "vector_size",                                                               \
	  "typedef int v __attribute__((vector_size(16)));\n"                                  \
	  "typedef char sized[sizeof(v) == 16 ? 1 : -1]; v f(v a) { return a; }")              \
	X(FLOAT128, "__float128", "__float128 f(__float128 a) { return a; }")                  \
	X(FLOAT16, "_Float16", "_Float16 f(_Float16 a) { return a; }")                         \
	X(BF16, "__bf16", "__bf16 f(__bf16 a) { return a; }")                                  \
	X(DECIMAL, "_Decimal64", "_Decimal64 f(_Decimal64 a) { return a; }")                   \
	X(ATOMIC, "_Atomic", "struct s { _Atomic int a; }; int f(struct s a) { return a.a; }") \
	X(TRANSPARENT, "transparent_union",                                                    \
	  "typedef union { int *a; long *b; } u __attribute__((transparent_union));\n"         \
	  "int f(u a); int g(long *a) { return f(a); }")                                       \
	X(CXX, "C++",                                                                          \
	  "#ifndef __cplusplus\n#error this is C++\n#endif\nint f(int a) { return a; }")       \
	X(BITINT, "_BitInt", "_BitInt(128) f(_BitInt(128) a) { return a; }")                   \
	X(FIXED_ENUM, "enum of a named type",                                                  \
	  "enum e : short { A = -1, B }; enum e f(enum e a) { return a; }")                    \
	X(EMPTY, "empty structures", "struct s { }; struct s f(struct s a) { return a; }")

enum feature {
#define X(id, name, source) FEATURE_##id,
	FEATURES(X)
#undef X
		FEATURE_COUNT
};

/* Did a probe succeed? `why` is the first line of the compiler's complaint, or NULL. */
struct probe {
	bool ok;
	const char *why;
};

enum { MAX_CONVENTIONS = 32, MAX_FLAGS = 32 };

/* What one compiler does in one profile. */
struct target {
	struct probe works; /* takes the profile's flags, and compiles `int f(int a) { return a; }`
			       to a relocatable object of the width */
	const char *flags[MAX_FLAGS]; /* width and code generation flags it accepts; NULL-ended */
	const char *library;          /* support library its code may call, or NULL */
	struct probe feature[FEATURE_COUNT];
	/* Indexed as conventions[]: of the other width they are not probed (ok false, why NULL). */
	struct probe convention[MAX_CONVENTIONS], variadic[MAX_CONVENTIONS];
};

struct compiler {
	const char *name;   /* as in columns: "gcc-12", or the base name of the path given */
	const char *path;   /* what to execute */
	const char *given;  /* the entry of --cc that named it, or NULL when it was found on PATH */
	const char *family; /* "gcc", "clang", "tcc", "chibicc", "pcc" or "other" */
	const char *version; /* "12.2.0", or "unknown" */
	const char *banner;  /* first line of --version, or "" */
	uint64_t identity;   /* hash of path, size, time stamp and banner: the key of the cache */
	struct target target[PROFILES];
};

struct compiler_list {
	struct compiler *v;
	size_t n;
};

/* Find compilers. `list` is NULL (every gcc*, clang*, tcc, chibicc and pcc on PATH, each real file
 * once under its most specific name, ordered by family and version) or comma-separated names and
 * paths. Unknown names set *error (in `a`) and return -1. Versions are asked, targets not probed.
 */
int compilers_find(struct arena *a, const char *list, struct compiler_list *out,
		   const char **error);

/* The compilers on PATH that make code for Windows alone, which is of use to those only who know
 * what to do with it. */
void compilers_find_windows(struct arena *a, struct compiler_list *out);

/* Probe c->target[profile]; results are kept in and taken from files under `cache` (a folder, made
 * if absent; NULL: no cache). Returns NULL, or what fault of this machine spoilt the answers: they
 * are of no use, and not kept. */
const char *compiler_probe(struct arena *a, struct compiler *c, enum profile_id profile,
			   const char *cache);

/* Does the compiler not work there because it makes code for another system? */
bool target_foreign(const struct target *t);

/* The same, for callers that cannot handle a fault: it ends the process. */
void compiler_ask(struct arena *a, struct compiler *c, enum profile_id profile, const char *cache);

#endif
