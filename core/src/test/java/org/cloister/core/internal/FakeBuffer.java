// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalInt;
import org.cloister.backend.PoolBuffer;
import org.cloister.importer.Segment;

/** Memory of a {@link FakePool}: some pieces, and bytes on the Java heap. */
record FakeBuffer(Script script, List<Segment> pieces, MemorySegment bytes) implements PoolBuffer {
    @Override
    public long size() {
        return script.play("size", () -> pieces.stream().mapToLong(Segment::length).sum());
    }

    @Override
    public int segments() {
        return script.play("segments", pieces::size);
    }

    @Override
    public long address(int segment) {
        return script.play("address", () -> pieces.get(segment).address());
    }

    @Override
    public long length(int segment) {
        return script.play("length", () -> pieces.get(segment).length());
    }

    @Override
    public OptionalInt fd() {
        return script.play("fd", () -> OptionalInt.of(42));
    }

    @Override
    public boolean equals(Object o) {
        return this == o;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return pieces.toString();
    }
}
