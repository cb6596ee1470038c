// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.jmx.internal;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.admin.BufferReport;
import org.cloister.admin.HeapAdmin;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.BufferState;
import org.cloister.heap.Enforcement;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;

/** A machine with one heap, whose figures a test sets. */
final class FakeMachine {
    static final String VIDEO = "protected,secure-video";

    final List<BufferReport> buffers = new ArrayList<>();
    final AtomicInteger readings = new AtomicInteger();
    HeapState state = HeapState.AVAILABLE;
    boolean silent;
    HeapUsage usage = new HeapUsage(OptionalLong.of(8192), OptionalLong.of(4095), OptionalLong.of(2048), 512, 3, 1,
            OptionalInt.of(2), OptionalInt.of(6));

    final Heap heap = fake(Heap.class, (method, given) -> switch (method) {
        case "name" -> VIDEO;
        case "state" -> state;
        case "backend" -> state == HeapState.AVAILABLE ? "optee" : "";
        case "usage" -> usage();
        default -> throw new UnsupportedOperationException(method);
    });

    final Heaps heaps = fake(Heaps.class, (method, given) -> switch (method) {
        case "list" -> List.of(heap);
        case "explain" -> new Explanation((String) given[0], false, List.of(
                new Explanation.Reason(Explanation.Kind.NO_BACKEND, "", "no backend offers " + given[0])));
        default -> throw new UnsupportedOperationException(method);
    });

    final HeapAdmin admin = fake(HeapAdmin.class, (method, given) -> switch (method) {
        case "buffers" -> List.copyOf(buffers);
        default -> throw new UnsupportedOperationException(method);
    });

    private HeapUsage usage() {
        readings.incrementAndGet();
        if (silent) {
            throw new HeapException(HeapError.BACKEND_FAILED, "tell", VIDEO, "it hangs", "wait");
        }
        return usage;
    }

    static BufferReport buffer(long id, long size) {
        return new BufferReport(id, "", new BufferRecord(VIDEO, UseCase.SECURE_VIDEO, true, Enforcement.FIREWALL,
                "optee", 1), size, BufferState.LIVE, "a", List.of(), List.of(), List.of());
    }

    private interface Answer {
        Object to(String method, Object[] given);
    }

    private static <T> T fake(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (proxy, method, given) -> answer.to(method.getName(), given)));
    }
}
