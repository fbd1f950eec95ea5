/* SPDX-License-Identifier: MIT */
/* The tables of documents, rules and checks, made from rules.def and checks.def. */
#include "abi/abi.h"

#include <string.h>

const struct document_info documents[DOCUMENTS] = {
	[PSABI64] = { "System V ABI, AMD64 Architecture Processor Supplement",
		      "1.0 draft, March 2019" },
	[PSABI64_2024] = { "System V ABI, AMD64 Architecture Processor Supplement",
			   "1.0, October 2024" },
	[PSABI64_2025] = { "System V ABI, AMD64 Architecture Processor Supplement",
			   "1.0 with merge request 61 of April 2025, by quotation" },
	[PSABI32_LATER] = { "System V ABI, Intel386 Architecture Processor Supplement",
			    "with _Float16 of July 2021, by quotation" },
	[PSABI32] = { "System V ABI, Intel386 Architecture Processor Supplement",
		      "1.1, December 2018" },
	[GCCMAN] = { "Using the GNU Compiler Collection (GCC manual)",
		     "GCC online manual, x86 Attributes (6.4.2.30)" },
	[CLANGMAN] = { "Clang documentation: Attributes in Clang", "Clang 22.0.0git" },
	[MSX64] = { "Microsoft C++ documentation: x64 calling convention, __fastcall",
		    "March 2025; __fastcall September 2023" },
	[MSX86] = { "Microsoft C++ documentation: Argument Passing and Naming Conventions (x86)",
		    "Visual Studio 2010, previous versions" },
	[MSVECTOR] = { "Microsoft C++ documentation: __vectorcall", "December 2018" },
	[ITANIUM] = { "Itanium C++ ABI", "December 2024" },
	[INTELMAN] = { "Intel C++ Compiler Classic Developer Guide: C/C++ Calling Conventions",
		       "2021.8, December 2022" },
	[LINUX] = { "Linux kernel source", "6.1" },
	[SDM] = { "Intel 64 and IA-32 Architectures Software Developer's Manual", "2023" },
};

const struct edition_info editions[EDITIONS] = {
	[EDITION_2025] = { "2025",
			   "x86-64 psABI of April 2025 (known by quotation where it differs from "
			   "2024), i386 psABI of 2021 (likewise, from 2018)" },
	[EDITION_2024] = { "2024",
			   "x86-64 psABI of October 2024, i386 psABI of 2021 (by quotation)" },
	[EDITION_2019] = { "2019", "x86-64 psABI of March 2019, i386 psABI of December 2018" },
};

const struct rule rules[RULE_COUNT] = {
	[RULE_NONE] = { "none", PSABI64, "", SILENT, "" },
#define RULE(id, name, doc, section, status, sentence) \
	[RULE_##id] = { name, doc, section, status, sentence },
#define RULE_SINCE(id, name, edition, doc, section, sentence, old_doc, old_section, old_sentence) \
	[RULE_##id] = { name, doc, section, STATED, sentence },
#include "abi/rules.def"
#undef RULE
#undef RULE_SINCE
};

/* What editions before `since` were silent about. */
static const struct {
	enum rule_id id;
	enum edition since;
	struct rule before;
} changes[] = {
#define RULE(id, name, doc, section, status, sentence)
#define RULE_SINCE(id, name, edition, doc, section, sentence, old_doc, old_section, old_sentence) \
	{ RULE_##id, edition, { name, old_doc, old_section, SILENT, old_sentence } },
#include "abi/rules.def"
#undef RULE
#undef RULE_SINCE
};

const struct rule *rule_in(enum rule_id id, enum edition e)
{
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		/* Later editions are smaller numbers. */
		if (changes[i].id == id && e > changes[i].since)
			return &changes[i].before;
	}
	return &rules[id];
}

const char *abi_de_facto(enum rule_id id)
{
	switch (id) {
#define DE_FACTO(rule, sentence) \
	case RULE_##rule:        \
		return sentence;
#include "abi/defacto.def"
#undef DE_FACTO
	default:
		return NULL;
	}
}

enum edition edition_find(const char *name)
{
	enum edition e = EDITION_LATEST;

	while (e < EDITIONS && strcmp(editions[e].name, name))
		e++;
	return e;
}

const struct check_info checks[CHECK_COUNT] = {
#define CHECK(id, name, what, ...) [CHECK_##id] = { name, what },
#include "abi/checks.def"
#undef CHECK
};
