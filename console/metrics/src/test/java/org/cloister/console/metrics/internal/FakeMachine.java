// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.metrics.internal;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.admin.BufferReport;
import org.cloister.admin.HeapAdmin;
import org.cloister.admin.QuotaReport;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.BufferState;
import org.cloister.heap.Enforcement;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;

/** A machine whose figures a test sets. */
final class FakeMachine {
    static final String VIDEO = "protected,secure-video";

    final List<Heap> heaps = new ArrayList<>();
    final List<BufferReport> buffers = new ArrayList<>();
    final List<QuotaReport> quotas = new ArrayList<>();
    final AtomicInteger readings = new AtomicInteger();
    String backend = "optee";
    boolean silent;
    HeapUsage usage = new HeapUsage(OptionalLong.of(8192), OptionalLong.of(4096), OptionalLong.of(2048), 512, 3, 1,
            OptionalInt.of(2), OptionalInt.of(6));

    FakeMachine(String... names) {
        for (String name : names) {
            heaps.add(heap(name));
        }
    }

    private Heap heap(String name) {
        return fake(Heap.class, (method, given) -> switch (method) {
            case "name" -> name;
            case "state" -> backend.isEmpty() ? HeapState.UNAVAILABLE : HeapState.AVAILABLE;
            case "backend" -> backend;
            case "usage" -> {
                if (silent) {
                    throw new HeapException(HeapError.BACKEND_FAILED, "tell", name, "it hangs", "wait");
                }
                yield usage;
            }
            default -> throw new UnsupportedOperationException(method);
        });
    }

    Heaps heaps() {
        return fake(Heaps.class, (method, given) -> switch (method) {
            case "list" -> {
                readings.incrementAndGet();
                yield List.copyOf(heaps);
            }
            default -> throw new UnsupportedOperationException(method);
        });
    }

    HeapAdmin admin() {
        return fake(HeapAdmin.class, (method, given) -> switch (method) {
            case "buffers" -> List.copyOf(buffers);
            case "quotas" -> List.copyOf(quotas);
            default -> throw new UnsupportedOperationException(method);
        });
    }

    static BufferReport buffer(long id, String payer, long size) {
        return new BufferReport(id, "", new BufferRecord(VIDEO, UseCase.SECURE_VIDEO, true, Enforcement.FIREWALL, "optee", 1),
                size, BufferState.LIVE, payer, List.of(), List.of(), List.of());
    }

    private interface Answer {
        Object to(String method, Object[] given);
    }

    private static <T> T fake(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (proxy, method, given) -> answer.to(method.getName(), given)));
    }
}
