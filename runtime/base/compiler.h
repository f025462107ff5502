/* SPDX-License-Identifier: ISC */
/*
 * What every file may assume of the compiler: option tests, attributes, array length.
 * A Kconfig symbol that is off is undefined in config.h; IS_ON() makes it an ordinary 0 or 1.
 */
#ifndef PINTLE_RUNTIME_BASE_COMPILER_H
#define PINTLE_RUNTIME_BASE_COMPILER_H

#define PINTLE_ARG_1 0,
#define PINTLE_SECOND(ignored, value, ...) value
#define PINTLE_IS_ON3(arg_or_junk) PINTLE_SECOND(arg_or_junk 1, 0, 0)
#define PINTLE_IS_ON2(value) PINTLE_IS_ON3(PINTLE_ARG_##value)
/* 1 if the Kconfig symbol is y, 0 if it is n or not defined at all; for #if and for if (). */
#define IS_ON(option) PINTLE_IS_ON2(option)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define NORETURN _Noreturn
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define MUST_CHECK __attribute__((warn_unused_result))

/*
 * Large static memory that PID 1 touches seldom or never (a child's copy does, or the desk): it
 * lies behind everything else, so that PID 1's few warm variables share pages with each other.
 */
#define SCRATCH __attribute__((section(".persistent.bss")))

/* An fd in this variable is closed when the scope ends; set it to -1 to keep it. */
#define AUTO_CLOSE __attribute__((cleanup(io_auto_close)))
void io_auto_close(int *fd);

#endif
