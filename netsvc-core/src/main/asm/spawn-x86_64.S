# long spawn(struct clone_args *args, size_t size, struct step *steps)
#
# Calls clone3(2) and returns its result to the parent. The child never returns: it runs the steps
# on the stack that args names, with no libc, no thread-local storage and nothing of the JVM.
#
# A step is eight longs: the system call's number, its six arguments, its result. A failed step ends
# the child with status 127; its result is then in memory that both share. Two numbers are our own:
#
#   -1  ends the child with status 127
#   -2  writes the low 32 bits of the result of the step before in decimal: the digits downwards
#       from just below argument 2, whence eight bytes are copied to argument 1
	.text
	.globl	spawn
spawn:
	endbr64
	pushq	%rbx
	movq	%rdx, %rbx
	movl	$435, %eax		# clone3
	syscall
	testq	%rax, %rax
	jz	next
	popq	%rbx
	ret
decimal:
	incl	%eax
	jz	fail
	movl	-8(%rbx), %eax
	movq	16(%rbx), %rsi
	pushq	$10
	popq	%rcx
digit:
	cltd				# the number is not negative
	divl	%ecx
	orb	$'0', %dl
	decq	%rsi
	movb	%dl, (%rsi)
	testl	%eax, %eax
	jnz	digit
	movq	(%rsi), %rax
	movq	8(%rbx), %rdi
	movq	%rax, (%rdi)
	jmp	done
next:
	movq	(%rbx), %rax
	testq	%rax, %rax
	js	decimal
	movq	8(%rbx), %rdi
	movq	16(%rbx), %rsi
	movq	24(%rbx), %rdx
	movq	32(%rbx), %r10
	movq	40(%rbx), %r8
	movq	48(%rbx), %r9
	syscall
done:
	movq	%rax, 56(%rbx)
	addq	$64, %rbx
	cmpq	$-4096, %rax
	jbe	next			# unsigned: no errno
fail:
	movl	$127, %edi
	movl	$231, %eax		# exit_group
	syscall
	hlt
