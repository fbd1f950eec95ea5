/* SPDX-License-Identifier: MIT */
/* Handlers that the processor enters: interrupt handlers, and those of exceptions with an error code.
 * Every register is as it was when they leave by IRET, and functions that they call find an aligned
 * stack and DF clear, whatever was interrupted. */

//! group interrupt
//! why only the frame is on the stack, and IRET must find it
//! known clang<17 interrupt/32 callee alignment: LLVM issue 26851: handlers call functions with a misaligned stack
__attribute__((interrupt)) void handler(struct interrupt_frame *frame);
//! known clang<17 interrupt/32 callee alignment: LLVM issue 26851: handlers call functions with a misaligned stack
__attribute__((interrupt)) void handler_void(void *frame);
//! leaf
__attribute__((interrupt)) void handler_leaf(struct interrupt_frame *frame);

//! group interrupt-error-code
//! why the processor pushes one word more, which the handler pops
//! known clang<17 interrupt/32 callee alignment: LLVM issue 26851: handlers call functions with a misaligned stack
//! known clang<23 interrupt/64 callee alignment: LLVM pull request 224029: the word that aligns the stack is counted twice
__attribute__((interrupt)) void handler_code(struct interrupt_frame *frame, unsigned long code);
//! known clang<17 interrupt/32 callee alignment: LLVM issue 26851: handlers call functions with a misaligned stack
//! known clang<23 interrupt/64 callee alignment: LLVM pull request 224029: the word that aligns the stack is counted twice
__attribute__((interrupt)) void handler_code_void(void *frame, unsigned long code);
//! leaf
__attribute__((interrupt)) void handler_code_leaf(struct interrupt_frame *frame, unsigned long code);
