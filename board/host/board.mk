# SPDX-License-Identifier: ISC
# The build machine itself: the same PID 1 in a PID and mount namespace, for quick tests.
TARGET := x86_64
