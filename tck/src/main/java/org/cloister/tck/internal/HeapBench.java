// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.cloister.heap.Heaps;
import org.cloister.importer.Importers;
import org.cloister.tck.MemoryObserver;
import org.cloister.tee.Tee;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;

/** A heap that the backend serves through core, as users of memory see it. For one check. */
public final class HeapBench implements Bench {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long MODEST = 1 << 16;

    private final Subject subject;
    private final PoolOffer offer;
    private final Heap heap;
    private final ConcurrentLinkedDeque<DmaBuf> taken = new ConcurrentLinkedDeque<>();
    private final ConcurrentLinkedDeque<AutoCloseable> toClose = new ConcurrentLinkedDeque<>();
    private volatile boolean refused;

    HeapBench(Subject subject, PoolOffer offer) {
        this.subject = subject;
        this.offer = offer;
        heap = heaps().await(offer.heap(), PATIENCE);
    }

    @Override
    public String heap() {
        return offer.heap();
    }

    @Override
    public boolean refused() {
        return refused;
    }

    /** Asserts the documented refusal of what the heap says it cannot do. */
    public void absent(String what, HeapError error, Expect.Action action) {
        Expect.refusal(what, action, error);
        refused = true;
    }

    /** {@return the heap, as the suite's own bundle sees it} */
    public Heap served() {
        return heap;
    }

    /** {@return the heaps, as the suite's own bundle sees them} */
    public Heaps heaps() {
        return subject.laboratory().heaps();
    }

    /** {@return what attaches buffers to devices, as the suite's own bundle sees it} */
    public Importers importers() {
        return Laboratory.service(subject.laboratory().context(), Importers.class);
    }

    /** {@return what the backend offers} */
    public PoolOffer offer() {
        return offer;
    }

    /** {@return what all that the backend offers is, with its refusals} */
    public List<PoolOffer> offers() {
        return subject.offers();
    }

    /** {@return the backend's id} */
    public String id() {
        return subject.id();
    }

    /** {@return the backend's bundle} */
    public Bundle bundle() {
        return subject.bundle();
    }

    /** {@return the suite's means} */
    public Laboratory laboratory() {
        return subject.laboratory();
    }

    /** {@return what the heap says of its memory} */
    public HeapAttributes attributes() {
        return heap.attributes();
    }

    /** {@return how much is used} */
    public HeapUsage usage() {
        return heap.usage();
    }

    /** {@return bytes that are not allocated; skips where nobody can tell} */
    public long free() {
        return usage().free().orElseThrow(() -> Expect.skip("the heap cannot tell how much is free"));
    }

    /** {@return bytes of a buffer of a useful size that is small for any heap} */
    public long modest() {
        return Math.max(attributes().granularity(), MODEST);
    }

    /** Allocates, and remembers the buffer, so that it is closed after the check. */
    public DmaBuf take(long size) {
        DmaBuf buffer = heap.allocate(size);
        taken.add(buffer);
        return buffer;
    }

    /** Allocates where that is the point of the check, and fails with a sentence. */
    public DmaBuf obtain(long size) {
        DmaBuf[] got = new DmaBuf[1];
        Expect.works("an allocation of %d bytes".formatted(size), () -> got[0] = take(size));
        return got[0];
    }

    /** Has something closed after the check. */
    public <T extends AutoCloseable> T keep(T one) {
        toClose.add(one);
        return one;
    }

    /** Closes now what was kept last. */
    public void closeNewest() {
        quietly(toClose.pollLast());
    }

    /** {@return whether the backend's capability declares {@code attribute} to be true} */
    public boolean declares(String attribute) {
        return "true".equals(String.valueOf(subject.declared().get(attribute)));
    }

    /** {@return the trusted OS that the backend's bundle registers; skips when it registers none} */
    public Tee tee() {
        BundleContext context = subject.laboratory().context();
        try {
            return context.getServiceReferences(Tee.class, null).stream()
                    .filter(reference -> subject.bundle().equals(reference.getBundle())).findFirst()
                    .map(context::getService)
                    .orElseThrow(() -> Expect.skip("the backend's bundle registers no Tee"));
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@return memory as seen from outside; skips when nobody looks} */
    public MemoryObserver observer() {
        return subject.laboratory().observer()
                .orElseThrow(() -> Expect.skip("nothing observes memory: there is no service MemoryObserver"));
    }

    /** {@return a device that can use the heap; skips when nobody is granted anything} */
    public Device device() {
        Optional<Map<String, Access>> grants = attributes().grants();
        if (grants.isEmpty()) {
            return new Device("any device", Access.READ_WRITE, offer.useCase(), attributes().restricted());
        }
        return grants.get().entrySet().stream()
                .filter(grant -> grant.getValue() != Access.NONE && !grant.getKey().equals(MemoryObserver.CPU))
                .sorted(Map.Entry.comparingByKey()).findFirst()
                .map(grant -> new Device(grant.getKey(), grant.getValue(), offer.useCase(), attributes().restricted()))
                .orElseThrow(() -> Expect.skip("no device is granted access to this heap"));
    }

    /** Skips where addresses are only the kernel's business, so that no device of this framework can use buffers. */
    public void requireAddresses(DmaBuf buffer) {
        if (buffer.fd().isPresent()) {
            throw Expect.skip("where buffers are only the kernel knows");
        }
    }

    /** Stops the backend's bundle, and waits until core has noticed. */
    public void stopBackend() {
        Laboratory.stop(subject.bundle());
        Laboratory.eventually("the heap is still served though its backend's bundle was stopped",
                () -> heap.state() != HeapState.AVAILABLE);
    }

    /** Starts the backend's bundle, and waits until the heap is served again. */
    public void startBackend() {
        Laboratory.start(subject.bundle());
        Laboratory.eventually("the heap is not served again after the backend's bundle was restarted",
                () -> heap.state() == HeapState.AVAILABLE);
    }

    /** Waits until no former life of the backend, which has no buffers any more, is in the way of the present one. */
    public void awaitTurn() {
        Laboratory.eventually("the heap still refuses with BUSY, though no buffer of before is left", this::isFree);
    }

    /** {@return a started bundle without code, as whose user of memory the check acts; uninstalled after it} */
    public Bundle consumer() {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "org.cloister.tck.consumer");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            new JarOutputStream(bytes, manifest).close();
            BundleContext context = subject.laboratory().context();
            Bundle bundle = context.installBundle("tck:consumer", new ByteArrayInputStream(bytes.toByteArray()));
            keep(bundle::uninstall);
            bundle.start();
            return bundle;
        } catch (IOException | BundleException e) {
            throw new IllegalStateException("no consumer can be installed", e);
        }
    }

    @Override
    public void close() {
        for (AutoCloseable one = toClose.pollLast(); one != null; one = toClose.pollLast()) {
            quietly(one);
        }
        for (DmaBuf buffer = taken.poll(); buffer != null; buffer = taken.poll()) {
            quietly(buffer);
        }
        if (subject.bundle().getState() != Bundle.ACTIVE) {
            quietly(() -> Laboratory.start(subject.bundle()));
        }
        quietly(() -> heaps().await(offer.heap(), PATIENCE));
        quietly(this::awaitTurn);
    }

    /** Whether no former life of the backend is in the way any more. */
    private boolean isFree() {
        try {
            heap.allocate(1).close();
            return true;
        } catch (HeapException e) {
            return e.error() != HeapError.BUSY;
        }
    }

    private static void quietly(AutoCloseable what) {
        try {
            what.close();
        } catch (Exception | Error e) {
            // What does not close, or does not come back, is told by the checks that are about it.
        }
    }
}
