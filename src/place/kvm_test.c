/* SPDX-License-Identifier: MIT */
/* Tests of what place kvm decides without a machine: names, reasons, and messages without KVM. What
 * runs in machines is tested in harness/test_kvm.py. */
#include "place/kvm.h"
#include "place/kvm_machine.h"
#include "place/kvm_probe.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new();
}

static void tear_down(void)
{
	arena_free(arena);
}

START_TEST(engines)
{
	ck_assert_str_eq(kvm_engine("kvm_intel", false, false), "vmx");
	ck_assert_str_eq(kvm_engine("kvm_amd", true, false), "svm");
	/* A name that is neither proves nothing, whatever it claims to nest. */
	ck_assert_str_eq(kvm_engine("kvm_pvm", true, false), "another vendor");
	ck_assert_str_eq(kvm_engine("kvm_pvm", false, true), "another vendor");
	/* Built in: what it can nest shows the vendor. */
	ck_assert_str_eq(kvm_engine(NULL, true, false), "vmx");
	ck_assert_str_eq(kvm_engine(NULL, false, true), "svm");
	ck_assert_str_eq(kvm_engine(NULL, false, false), "another vendor");
}
END_TEST

/* Every stage but the last has something that comes next, and no two have the same. */
START_TEST(stages)
{
	for (uint32_t i = 0; i < KVM_STAGE_DONE; i++) {
		for (uint32_t k = 0; k < i; k++)
			ck_assert_str_ne(kvm_cannot(i), kvm_cannot(k));
	}
	ck_assert_str_eq(kvm_cannot(KVM_STAGE_RUNS), "execute SSE instructions");
	ck_assert_str_eq(kvm_cannot(KVM_STAGE_WANTS_INTERRUPT), "take an injected interrupt");
	ck_assert_str_eq(kvm_cannot(KVM_STAGE_WRONG), "compute correctly");
	ck_assert_str_eq(kvm_cannot(~0u), "compute correctly");
}
END_TEST

static const char *exit_text(struct kvm_run *r)
{
	struct kvm_machine m = { .run = r };
	char text[100];

	kvm_exit_text(&m, text, sizeof(text));
	return arena_strdup(arena, text);
}

START_TEST(exits)
{
	struct kvm_run r = { .exit_reason = KVM_EXIT_SHUTDOWN };

	ck_assert_str_eq(exit_text(&r), "triple fault");
	r = (struct kvm_run){ .exit_reason = KVM_EXIT_INTERNAL_ERROR };
	r.internal.suberror = KVM_INTERNAL_ERROR_EMULATION;
	ck_assert_str_eq(exit_text(&r), "KVM tried to emulate an instruction and could not");
	r.internal.suberror = 3;
	ck_assert_str_eq(exit_text(&r), "KVM's internal error 3");
	r = (struct kvm_run){ .exit_reason = KVM_EXIT_MMIO };
	r.mmio.phys_addr = 0xfee00000;
	ck_assert_str_eq(exit_text(&r), "access to address 0xfee00000, where no memory is");
	r = (struct kvm_run){ .exit_reason = KVM_EXIT_FAIL_ENTRY };
	r.fail_entry.hardware_entry_failure_reason = 0x80000021;
	ck_assert_str_eq(exit_text(&r), "the processor refuses its state, reason 0x80000021");
	r = (struct kvm_run){ .exit_reason = KVM_EXIT_HYPERV };
	ck_assert_str_eq(exit_text(&r), "KVM's exit reason 27");
}
END_TEST

/* A machine that was never made is closed without harm. */
START_TEST(closing)
{
	struct kvm_machine m = { .kvm = -1, .vm = -1, .cpu = -1 };

	kvm_close(&m);
	ck_assert_int_eq(m.kvm, -1);
	ck_assert_ptr_null(m.run);
}
END_TEST

/* Here, whatever here is: an answer, and a reason that begins alike. */
START_TEST(why_not)
{
	const struct kvm_options o = { .runtime = "/nowhere" };

	for (enum width w = W32; w < WIDTHS; w++) {
		const char *why = kvm_why_not(arena, &o, w, ISA_SSE2, NULL);

		ck_assert_ptr_nonnull(why);
		ck_assert_msg(!strncmp(why, "kvm: ", 5) || !strncmp(why, "/nowhere/kvm", 12), "%s",
			      why);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("kvm");
	TCase *t = tcase_create("kvm");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, engines);
	tcase_add_test(t, stages);
	tcase_add_test(t, exits);
	tcase_add_test(t, closing);
	tcase_add_test(t, why_not);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
