/* SPDX-License-Identifier: MIT */
/* Offsets of C structures that the files that are assembled need: of struct tdx_module_args. */
#define TDX_MODULE_rcx 0
#define TDX_MODULE_rdx 8
#define TDX_MODULE_r8 16
#define TDX_MODULE_r9 24
#define TDX_MODULE_r10 32
#define TDX_MODULE_r11 40
#define TDX_MODULE_r12 48
#define TDX_MODULE_r13 56
#define TDX_MODULE_r14 64
#define TDX_MODULE_r15 72
#define TDX_MODULE_rbx 80
#define TDX_MODULE_rdi 88
#define TDX_MODULE_rsi 96

