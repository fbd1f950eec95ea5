/* SPDX-License-Identifier: MIT */
/* Assembly of Linux 6.12, 64 bit: arch/x86/virt/vmx/tdx/tdxcall.S. The leaf goes to the TDX module in rax, its arguments in
 * registers as struct tdx_module_args has them (stub/generated/asm-offsets.h), and the status comes back in rax.
 * TDX_SEAMCALL_VMFAILINVALID, where there is no module: 0x8000ff00ffff0000. */
struct tdx_module_args;

/* arch/x86/virt/vmx/tdx/seamcall.S */
//! abi kernel
//! arg args buf 104 read-only
//! guest args = cx dx r8 r9 r10 r11
//! tdx calls
//! vmx fails
//! returns fn else 9223652416614760448
unsigned long __seamcall(unsigned long fn, struct tdx_module_args *args);

//! abi kernel
//! arg args buf 104
//! guest args = cx dx r8 r9 r10 r11
//! tdx calls
//! vmx fails
//! returns fn else 9223652416614760448
unsigned long __seamcall_ret(unsigned long fn, struct tdx_module_args *args);

//! abi kernel
//! arg args buf 104
//! guest args = cx dx r8 r9 r10 r11 r12 r13 r14 r15 bx di si
//! tdx calls
//! vmx fails
//! returns fn else 9223652416614760448
unsigned long __seamcall_saved_ret(unsigned long fn, struct tdx_module_args *args);

/* arch/x86/coco/tdx/tdcall.S */
//! abi kernel
//! arg args buf 104 read-only
//! guest args = cx dx r8 r9 r10 r11
//! tdx calls
//! returns fn
unsigned long __tdcall(unsigned long fn, struct tdx_module_args *args);

//! abi kernel
//! arg args buf 104
//! guest args = cx dx r8 r9 r10 r11
//! tdx calls
//! returns fn
unsigned long __tdcall_ret(unsigned long fn, struct tdx_module_args *args);

//! abi kernel
//! arg args buf 104
//! guest args = cx dx r8 r9 r10 r11 r12 r13 r14 r15 bx di si
//! tdx calls
//! returns fn
unsigned long __tdcall_saved_ret(unsigned long fn, struct tdx_module_args *args);
