// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import java.util.concurrent.locks.ReentrantLock;
import org.cloister.platform.layout.FfaVersion;

/**
 * The caller's pair of buffers and its version of FF-A. Names are the caller's: it writes TX and reads RX.
 *
 * <p>Guarded by {@link #lock}, which whoever uses the buffers holds.
 */
final class Buffers {
    private final ReentrantLock lock = new ReentrantLock();
    private FfaVersion version = FfaVersion.V1_0;
    private long tx;
    private long rx;
    private long size;
    private boolean callerHasRx;

    ReentrantLock lock() {
        return lock;
    }

    FfaVersion version() {
        return version;
    }

    void version(FfaVersion negotiated) {
        version = negotiated;
    }

    boolean isMapped() {
        return size != 0;
    }

    /** Bytes of each; zero when there are none. */
    long size() {
        return size;
    }

    long tx() {
        return tx;
    }

    long rx() {
        return rx;
    }

    /** Tells whether the caller has not yet given back what it was given in RX. */
    boolean callerHasRx() {
        return callerHasRx;
    }

    void callerHasRx(boolean has) {
        callerHasRx = has;
    }

    void map(long txAddress, long rxAddress, long bytes) {
        tx = txAddress;
        rx = rxAddress;
        size = bytes;
        callerHasRx = false;
    }

    void unmap() {
        tx = 0;
        rx = 0;
        size = 0;
    }

    String describe() {
        return "version %s tx %x rx %x size %x caller-has-rx %b".formatted(version, tx, rx, size, callerHasRx);
    }
}
