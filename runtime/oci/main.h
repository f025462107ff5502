/* SPDX-License-Identifier: ISC */
/* pintle-runc: the OCI runtime command line, a drop-in where runc or crun goes. */
#ifndef PINTLE_RUNTIME_OCI_MAIN_H
#define PINTLE_RUNTIME_OCI_MAIN_H

/*
 * Runs one command. Exit status: 0 done, 1 failed, else the container's or process's own (run,
 * exec).
 */
int oci_main(int argc, char **argv);

#endif
