/* SPDX-License-Identifier: MIT */
/* The tables of documents, rules and checks, made from rules.def and checks.def. */
#include "abi/abi.h"

const struct document_info documents[DOCUMENTS] = {
	[PSABI64] = { "System V ABI, AMD64 Architecture Processor Supplement",
		      "1.0 draft, March 2019" },
	[PSABI64_LATER] = { "System V ABI, AMD64 Architecture Processor Supplement",
			    "1.0, May 2023 and later" },
	[PSABI32] = { "System V ABI, Intel386 Architecture Processor Supplement",
		      "1.1, December 2018" },
	[GCCMAN] = { "Using the GNU Compiler Collection (GCC manual)",
		     "GCC online manual, x86 Attributes (6.4.2.30)" },
	[MSX64] = { "Microsoft C++ documentation: x64 calling convention, __fastcall",
		    "March 2025; __fastcall September 2023" },
	[LINUX] = { "Linux kernel source", "6.1" },
	[SDM] = { "Intel 64 and IA-32 Architectures Software Developer's Manual", "2023" },
};

const struct rule rules[RULE_COUNT] = {
	[RULE_NONE] = { "none", PSABI64, "", SILENT, "" },
#define RULE(id, name, doc, section, status, sentence) \
	[RULE_##id] = { name, doc, section, status, sentence },
#include "abi/rules.def"
#undef RULE
};

const struct check_info checks[CHECK_COUNT] = {
#define CHECK(id, name, what, ...) [CHECK_##id] = { name, what },
#include "abi/checks.def"
#undef CHECK
};
