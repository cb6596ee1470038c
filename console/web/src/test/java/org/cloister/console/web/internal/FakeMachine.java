// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.cloister.admin.BufferReport;
import org.cloister.admin.HeapAdmin;
import org.cloister.admin.QuotaReport;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;

/** A machine with one heap, which remembers what it was asked to change. */
final class FakeMachine implements HeapAdmin {
    static final String VIDEO = "protected,secure-video";

    final List<String> changes = new ArrayList<>();
    private String backend = "optee";

    Heaps heaps() {
        Heap heap = fake(Heap.class, (method, arguments) -> switch (method) {
            case "name" -> VIDEO;
            case "useCase" -> UseCase.SECURE_VIDEO;
            case "state" -> backend.isEmpty() ? HeapState.UNAVAILABLE : HeapState.AVAILABLE;
            case "backend" -> backend;
            case "attributes" -> HeapAttributes.builder().build();
            case "usage" -> new HeapUsage(OptionalLong.of(8192), OptionalLong.of(4096),
                    OptionalLong.of(4096), 0, 1, 0, OptionalInt.empty(),
                    OptionalInt.empty());
            case "retryQuarantined" -> 0L;
            default -> throw new UnsupportedOperationException(method);
        });
        return fake(Heaps.class, (method, arguments) -> switch (method) {
            case "list" -> List.of(heap);
            case "find" -> Optional.of(heap).filter(known -> arguments[0].equals(VIDEO));
            case "explain" -> new Explanation((String) arguments[0], true,
                    List.of(new Explanation.Reason(Explanation.Kind.SERVED, backend, backend + " serves it")));
            default -> throw new UnsupportedOperationException(method);
        });
    }

    private interface Answer {
        Object to(String method, Object[] arguments);
    }

    private static <T> T fake(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (proxy, method, arguments) -> answer.to(method.getName(), arguments)));
    }

    @Override
    public List<BufferReport> buffers() {
        return List.of();
    }

    @Override
    public List<QuotaReport> quotas() {
        return List.of();
    }

    @Override
    public void swap(String heap, String to) {
        if (to.equals("nobody")) {
            throw new HeapException(HeapError.UNAVAILABLE, "swap", heap, "it is not there", "choose another");
        }
        changes.add("swap " + heap + " " + to);
        backend = to;
    }

    @Override
    public void drain(String heap) {
        changes.add("drain " + heap);
        backend = "";
    }

    @Override
    public void restore(String heap) {
        changes.add("restore " + heap);
    }
}
