// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.jmx.internal;

import org.cloister.admin.BufferReport;
import org.cloister.admin.HeapAdmin;
import org.cloister.console.report.HeapReading;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.cloister.heap.Heaps;

/**
 * All heaps together.
 *
 * @param heaps the heaps
 * @param admin who knows their buffers
 * @param explainer who knows why
 */
record CoreBean(Heaps heaps, HeapAdmin admin, Explainer explainer) implements CoreMXBean {
    @Override
    public int getHeaps() {
        return heaps.list().size();
    }

    @Override
    public int getAvailableHeaps() {
        return (int) heaps.list().stream().filter(heap -> heap.state() == HeapState.AVAILABLE).count();
    }

    @Override
    public long getBuffers() {
        return admin.buffers().size();
    }

    @Override
    public long getBufferBytes() {
        return admin.buffers().stream().mapToLong(BufferReport::size).sum();
    }

    @Override
    public long getQuarantinedBytes() {
        return heaps.list().stream().map(HeapReading::of).flatMap(heap -> heap.usage().stream())
                .mapToLong(HeapUsage::quarantined).sum();
    }

    @Override
    public String[] explain(String name) {
        return explainer.explain(name);
    }
}
