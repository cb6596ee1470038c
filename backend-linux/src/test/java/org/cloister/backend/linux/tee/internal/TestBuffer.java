// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.tee.internal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.OptionalInt;
import org.cloister.heap.Access;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.BufferState;
import org.cloister.heap.CpuMapping;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Enforcement;
import org.cloister.heap.Reservation;
import org.cloister.heap.UseCase;

/** A buffer that says who it is, and can do nothing. */
final class TestBuffer implements DmaBuf {
    @Override
    public long id() {
        return 5;
    }

    @Override
    public long size() {
        return 4096;
    }

    @Override
    public BufferRecord record() {
        return new BufferRecord("protected,secure-video", UseCase.SECURE_VIDEO, true, Enforcement.FIREWALL, "linux", 1);
    }

    @Override
    public BufferState state() {
        return BufferState.LIVE;
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public void setName(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Reservation reservation() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void write(long offset, MemorySegment from) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void read(long offset, MemorySegment into) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CpuMapping map(Access access, Duration budget) {
        throw new UnsupportedOperationException();
    }

    @Override
    public OptionalInt fd() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
