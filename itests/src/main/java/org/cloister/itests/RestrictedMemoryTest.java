// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** The ioctl that came before heaps, as a service of the OP-TEE backend. */
class RestrictedMemoryTest {
    private static final String RESTRICTED_MEMORY = "org.cloister.backend.optee.rstmem.RestrictedMemory";

    private static Heap switchOn(String name) throws Exception {
        Boards.on(name);
        return Framework.service(Heap.class,
                "(&(heap.name=protected,secure-video)(heap.backend=optee)(heap.available=true))");
    }

    @AfterEach
    void switchOff() throws Exception {
        Boards.off();
    }

    /** By reflection, for its package leaves with the backend, which other tests take away. */
    private static Object allocate(BundleContext user, long size, int flags, int useCase) throws Exception {
        ServiceReference<?> reference = Framework.await(() -> user.getServiceReference(RESTRICTED_MEMORY));
        Object service = user.getService(reference);
        try {
            return service.getClass().getMethod("allocate", long.class, int.class, int.class)
                    .invoke(service, size, flags, useCase);
        } catch (InvocationTargetException e) {
            throw (Exception) e.getCause();
        }
    }

    @Test
    void whatTheOldIoctlAllocatesBelongsToItsCaller() throws Exception {
        Heap heap = switchOn("virt-optee");
        Bundle user = Framework.emptyBundle("test.rstmem");
        try {
            assertThat(allocate(user.getBundleContext(), 5000, 0, 1).toString()).contains("size=8192", "flags=16");
            assertThat(heap.usage().buffers()).isOne();
            assertThatThrownBy(() -> allocate(user.getBundleContext(), 5000, 1, 1))
                    .isInstanceOfSatisfying(HeapException.class,
                            e -> assertThat(e.error()).isEqualTo(HeapError.INVALID_ARGUMENT));
            user.stop();
            Framework.eventually("what the bundle left is released", () -> heap.usage().buffers() == 0);
        } finally {
            user.uninstall();
        }
    }
}
