// SPDX-License-Identifier: Apache-2.0
/** The kernel as a process sees it: system calls by {@code java.lang.foreign}, structures, request numbers, errno. */
package org.cloister.backend.linux.kernel.internal;
