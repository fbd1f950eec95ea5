# The assembly side of the test: it poisons registers, calls, and takes pictures of all registers.
# Numbers that follow a register's name in a picture are its number in instructions.
	.intel_syntax noprefix
	.text

# The process begins here where no C library has a _start. Exit status: what main returns.
	.globl	_start
	.weak	_start
_start:
	and	$sp, -16
	sub	$sp, 32
	call	main
64:	mov	edi, eax
64:	mov	eax, 60
64:	syscall
32:	mov	ebx, eax
32:	mov	eax, 1
32:	int	0x80

# void cl_run(void): goes to cl_entry with all registers as in cl_poison, on a stack of its own.
	.globl	cl_run
cl_run:
!push saved
	mov	[cl_host_sp], $sp
!state cl_poison
	lea	$sp, [cl_stack_top]
!load cl_poison
	jmp	$word ptr [cl_entry]

# All is set up for the call: a picture, and nothing else changes.
cl_before:
!picture cl_before_image
	lea	$si, [$sp + $W]
	mov	[cl_before_image + $SP], $si
!restore cl_before_image
	ret

# The call is over: a picture, and back to cl_run's caller.
cl_after:
	mov	[cl_after_image + $SP], $sp
	mov	$sp, [cl_host_sp]
!picture cl_after_image
cl_back_to_main:
	push	$word ptr [cl_poison + $FLAGS]
	popf
	cld
	fninit
	ldmxcsr	dword ptr [cl_default_mxcsr]
!pop saved
	ret

# What a function does that cannot know how to return.
cl_escape:
cl_return_open:
	mov	dword ptr [cl_escaped], 1
	mov	$sp, [cl_host_sp]
	jmp	cl_back_to_main

# The entry of a test whose subject is a C function void f(void), in cl_function.
	.globl	cl_call_c
cl_call_c:
	call	cl_before
	call	$word ptr [cl_function]
	jmp	cl_after

# A function written in assembly was called; on the stack: return to whoever calls this, return to
# the function, bytes of the argument area that it owns, return to C, arguments. A picture, then the
# bytes it owns are destroyed.
cl_picture_probe:
!picture cl_probe_image
	lea	$si, [$sp + 4 * $W]
	mov	[cl_probe_image + $SP], $si
	lea	$di, [cl_probe_stack]
	mov	ecx, $STACK / $W
	cld
	rep	movs$w
!own
	inc	dword ptr [cl_probe_count]
!restore cl_probe_image
	ret

cl_picture_nested:
!picture cl_nested_image
	lea	$si, [$sp + 4 * $W]
	mov	[cl_nested_image + $SP], $si
	cld
!own
	inc	dword ptr [cl_nested_count]
!restore cl_nested_image
	ret

# Fill what $ax points to, the caller's place for a return value in memory, if it is in its frame.
# On the stack: return, bytes.
cl_fill_result:
	push	$cx
	push	$si
	push	$di
	mov	$cx, [$sp + 4 * $W]
	cmp	$ax, $sp
	jb	1f
	lea	$di, [cl_stack_top]
	sub	$di, $ax
	jb	1f
	cmp	$di, $cx
	jb	1f
	lea	$si, [cl_ret]
	mov	$di, $ax
	cld
	rep	movsb
1:
	pop	$di
	pop	$si
	pop	$cx
	ret	$W

# void cl_st_float(void), void cl_st_double(void): what st0 holds when cl_ret is returned there.
	.globl	cl_st_float, cl_st_double
cl_st_float:
	fld	dword ptr [cl_ret]
	fstp	tbyte ptr [cl_st]
	ret
cl_st_double:
	fld	qword ptr [cl_ret]
	fstp	tbyte ptr [cl_st]
	ret

# void cl_write(void): cl_text_length bytes at cl_text, to standard output.
	.globl	cl_write
cl_write:
!push saved
64:	mov	eax, 1
64:	mov	edi, 1
64:	mov	rsi, [cl_text]
64:	mov	edx, [cl_text_length]
64:	syscall
32:	mov	eax, 4
32:	mov	ebx, 1
32:	mov	ecx, [cl_text]
32:	mov	edx, [cl_text_length]
32:	int	0x80
!pop saved
	ret

# void cl_begin(void): a call that ends in a signal, or not in ten seconds, ends the test: status 1.
	.globl	cl_begin
cl_begin:
!push saved
64:	mov	eax, 131
64:	lea	rdi, [cl_signal_stack]
64:	xor	esi, esi
64:	syscall
32:	mov	eax, 186
32:	lea	ebx, [cl_signal_stack]
32:	xor	ecx, ecx
32:	int	0x80
	lea	$bp, [cl_signals]
1:
64:	mov	eax, 13
64:	movzx	edi, byte ptr [rbp]
64:	lea	rsi, [cl_action]
64:	xor	edx, edx
64:	mov	r10d, 8
64:	syscall
32:	mov	eax, 174
32:	movzx	ebx, byte ptr [ebp]
32:	lea	ecx, [cl_action]
32:	xor	edx, edx
32:	mov	esi, 8
32:	int	0x80
	inc	$bp
	cmp	byte ptr [$bp], 0
	jne	1b
64:	mov	eax, 37
64:	mov	edi, 10
64:	syscall
32:	mov	eax, 27
32:	mov	ebx, 10
32:	int	0x80
!pop saved
	ret

cl_fault:
64:	mov	eax, 1
64:	mov	edi, 1
64:	lea	rsi, [cl_fault_text]
64:	mov	edx, offset cl_fault_end - cl_fault_text
64:	syscall
64:	mov	eax, 60
64:	mov	edi, 1
64:	syscall
32:	mov	eax, 4
32:	mov	ebx, 1
32:	lea	ecx, [cl_fault_text]
32:	mov	edx, offset cl_fault_end - cl_fault_text
32:	int	0x80
32:	mov	eax, 1
32:	mov	ebx, 1
32:	int	0x80

	.data
	.balign	16
# struct sigaction of the kernel: SA_ONSTACK and SA_RESTORER; nothing returns from cl_fault.
cl_action:
64:	.quad	cl_fault, 0x0c000000, cl_fault, 0
32:	.long	cl_fault, 0x0c000000, cl_fault, 0, 0
cl_signal_stack:
64:	.quad	cl_signal_area, 0, 65536
32:	.long	cl_signal_area, 0, 65536
cl_signals:
	.byte	11, 7, 4, 8, 5, 14, 0
cl_fault_text:
	.ascii	"violates: the call does not return: a signal ends it, or ten seconds\n"
cl_fault_end:
	.balign	4
cl_default_mxcsr:
	.long	0x1f80

	.bss
	.balign	64
cl_signal_area:
	.skip	65536
!data cl_poison $IMAGE
!data cl_poison_callee $IMAGE
!data cl_before_image $IMAGE
!data cl_after_image $IMAGE
!data cl_probe_image $IMAGE
!data cl_nested_image $IMAGE
!data cl_probe_stack $STACK
!data cl_spare 4096
!data cl_stack 16384
!data cl_stack_top $STACK
!data cl_stack_end 64
!data cl_arg 8192
!data cl_got 8192
!data cl_reference 8192
!data cl_cell 8192
!data cl_ret 512
!data cl_got_ret 512
!data cl_result 512
!data cl_ret_cell 128
!data cl_st 64
!data cl_live 256
!data cl_back 512
!data cl_live_double 128
!data cl_back_double 256
!data cl_wide 256
!data cl_wide_int 128
!data cl_wide_ret 64
!data cl_wide_int_ret 64
!data cl_layout 512
!data cl_entry 64
!data cl_function 64
!data cl_text 64
!data cl_text_length 64
!data cl_escaped 64
!data cl_probe_count 64
!data cl_nested_count 64
!data cl_host_sp 64

