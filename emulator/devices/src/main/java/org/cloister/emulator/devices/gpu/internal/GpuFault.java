// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

/** An access to a virtual address that leads nowhere, or must not be made; or an instruction that is none. */
final class GpuFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exception;
    private final int addressSpace;
    private final long address;
    private final boolean write;

    GpuFault(int exception, int addressSpace, long address, boolean write) {
        super("exception 0x%x: %s of 0x%x in address space %d".formatted(
                exception, write ? "write" : "read", address, addressSpace));
        this.exception = exception;
        this.addressSpace = addressSpace;
        this.address = address;
        this.write = write;
    }

    int exception() {
        return exception;
    }

    int addressSpace() {
        return addressSpace;
    }

    long address() {
        return address;
    }

    boolean isWrite() {
        return write;
    }
}
