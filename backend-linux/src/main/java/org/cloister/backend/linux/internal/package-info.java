// SPDX-License-Identifier: Apache-2.0
/**
 * The Linux backend: every node of {@code /dev/dma_heap} is a heap under its own name, every {@code /dev/teeN} a trusted
 * OS. Does nothing without a configuration of PID {@code org.cloister.backend.linux}, which may be empty, so that real
 * heaps do not mix with those of an emulated board unasked.
 */
package org.cloister.backend.linux.internal;
