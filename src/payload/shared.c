/* SPDX-License-Identifier: MIT */
/* What trampolines, probes, C under test and the runtime share, by name: see runtime.h. */
#include "payload/runtime.h"

struct cl_image cl_poison, cl_poison_callee;
struct cl_image cl_before_image, cl_after_image, cl_probe_image, cl_nested_image;
uint8_t cl_before_stack[1024], cl_probe_stack[1024];
uint8_t cl_cell[CL_AREA] __attribute__((aligned(64)));
uint8_t cl_reference[CL_AREA] __attribute__((aligned(64)));
volatile uint8_t cl_arg[CL_AREA] __attribute__((aligned(64)));
volatile uint8_t cl_got[CL_AREA] __attribute__((aligned(64)));
uint8_t cl_ret_cell[CL_RET_BYTES] __attribute__((aligned(16)));
volatile uint8_t cl_ret[CL_VALUE] __attribute__((aligned(64)));
volatile uint8_t cl_got_ret[CL_VALUE] __attribute__((aligned(64)));
volatile uint8_t cl_result[CL_VALUE] __attribute__((aligned(64)));
volatile long long cl_layout[CL_MEMBERS];
volatile long long cl_wide[CL_ARGS], cl_wide_ret;
volatile int cl_wide_int[CL_ARGS], cl_wide_int_ret;
volatile int cl_other_convention;
unsigned cl_vmx_flags;
volatile cl_word cl_guest[16], cl_guest_ip, cl_host_ip;
volatile cl_word cl_slot[2];
volatile cl_word cl_live[CL_LIVE], cl_back[2 * CL_LIVE];
volatile double cl_live_double[CL_LIVE_DOUBLES], cl_back_double[2 * CL_LIVE_DOUBLES];
const uint8_t *cl_poison_stack;
cl_word cl_picture_words = sizeof(cl_probe_stack) / sizeof(cl_word);
void (*cl_function)(void);
void (*cl_implicit)(void);
cl_word cl_stack_top, cl_unset;
volatile uint32_t cl_probe_count, cl_nested_count, cl_ticket;
volatile int cl_fault_kind;
volatile cl_word cl_fault_ip, cl_fault_address, cl_fault_sp;
