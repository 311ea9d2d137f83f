# long spawn(struct clone_args *args, size_t size, struct step *steps)
#
# Calls clone3(2) and returns its result to the parent. The child never returns: it runs the steps
# on the stack that args names, with no libc, no thread-local storage and nothing of the JVM. A step
# is eight longs: the system call's number, its six arguments, its result. A negative number or a
# failed step ends the child with status 127; its result is then in memory that both share.
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
next:
	movq	(%rbx), %rax
	testq	%rax, %rax
	js	fail
	movq	8(%rbx), %rdi
	movq	16(%rbx), %rsi
	movq	24(%rbx), %rdx
	movq	32(%rbx), %r10
	movq	40(%rbx), %r8
	movq	48(%rbx), %r9
	syscall
	movq	%rax, 56(%rbx)
	addq	$64, %rbx
	cmpq	$-4096, %rax
	jbe	next			# unsigned: no errno
fail:
	movl	$127, %edi
	movl	$231, %eax		# exit_group
	syscall
	hlt
