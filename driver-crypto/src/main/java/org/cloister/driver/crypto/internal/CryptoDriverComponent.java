// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.crypto.internal;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.cloister.driver.crypto.CryptoDriver;
import org.cloister.driver.crypto.CryptoKey;
import org.cloister.driver.crypto.Readiness;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.importer.Constraints;
import org.cloister.importer.Constraints.Restriction;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.platform.device.CryptoEngine;
import org.cloister.platform.device.CryptoEvent;
import org.cloister.platform.device.CryptoJob;
import org.cloister.platform.device.CryptoJob.Piece;
import org.cloister.platform.driver.DeviceImporter;
import org.cloister.platform.driver.DeviceJob;
import org.cloister.platform.driver.Patience;
import org.cloister.platform.layout.RsaKey;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Drives a crypto engine. It needs the device and core, and waits for no heap: the one for keys is looked up when a key
 * is made.
 */
@Component(service = CryptoDriver.class, configurationPid = CryptoConfiguration.PID)
@Designate(ocd = CryptoConfiguration.class)
public final class CryptoDriverComponent implements CryptoDriver {
    private static final BigInteger PUBLIC_EXPONENT = BigInteger.valueOf(65537);
    private static final Set<Integer> KEY_BITS = Set.of(1024, 2048, 3072);

    private final CryptoEngine engine;
    private final Heaps heaps;
    private final Importers importers;
    private final String heap;
    private final Patience patience;
    private final DeviceImporter secrets;
    private final DeviceImporter messages;
    private final AtomicLong count = new AtomicLong();
    private final Queue<DeviceJob<byte[]>> jobs = new ConcurrentLinkedQueue<>(); // those that are not over, oldest first
    private volatile boolean closed;

    /** Starts to drive a device. */
    @Activate
    public CryptoDriverComponent(@Reference CryptoEngine engine, @Reference Heaps heaps,
            @Reference Importers importers, CryptoConfiguration configuration) {
        this(engine, heaps, importers, configuration.heap(),
                Patience.of(Duration.ofMillis(configuration.map_limit_ms())));
    }

    /** Starts to drive a device where there is no framework. */
    public CryptoDriverComponent(
            CryptoEngine engine, Heaps heaps, Importers importers, String heap, Patience patience) {
        this.engine = engine;
        this.heaps = heaps;
        this.importers = importers;
        this.heap = heap;
        this.patience = patience;
        this.secrets = new DeviceImporter(engine.initiator(), "secrets", engine.limits(), Constraints.builder()
                .access(Access.READ_WRITE).restriction(Restriction.REQUIRED).useCases(Set.of(KEYS)));
        this.messages = new DeviceImporter(engine.initiator(), "messages", engine.limits(), Constraints.builder()
                .access(Access.READ).restriction(Restriction.ALLOWED));
    }

    @Override
    public Importer secretImporter() {
        return secrets;
    }

    @Override
    public Importer messageImporter() {
        return messages;
    }

    @Override
    public Readiness readiness() {
        boolean ready = heaps.find(heap).filter(found -> found.state() == HeapState.AVAILABLE).isPresent();
        return new Readiness(heap, ready, ready ? "ready" : "waiting for " + heaps.explain(heap));
    }

    @Override
    public CompletionStage<CryptoKey> makeRsaKey(int bits) {
        String what = "make an RSA key";
        if (!KEY_BITS.contains(bits)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, "%d bits".formatted(bits),
                    "the engine makes keys of 1024, 2048 and 3072 bits", "choose one of these");
        }
        Heap found = heaps.find(heap).orElseThrow(() -> new HeapException(HeapError.NO_SUCH_HEAP, what, "heap " + heap,
                heaps.explain(heap).toString(), "deploy a backend that serves it, or configure another heap"));
        int size = RsaKey.size(bits / Byte.SIZE);
        DmaBuf memory = found.allocate(AllocationRequest.of(size).named("RSA key"));
        try {
            DeviceJob<byte[]> job = newJob(what);
            int key = job.add(secrets, memory, Access.WRITE);
            return start(job, () -> new CryptoJob.MakeRsaKey(bits, job.ranges(key, size)))
                    .<CryptoKey>thenApply(modulus -> new RestrictedKey(publicKey(modulus), memory, size))
                    .whenComplete((made, failure) -> {
                        if (failure != null) {
                            memory.close();
                        }
                    });
        } catch (HeapException e) {
            memory.close();
            throw e;
        }
    }

    private static RSAPublicKey publicKey(byte[] modulus) {
        try {
            return (RSAPublicKey) KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(new BigInteger(1, modulus), PUBLIC_EXPONENT));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the runtime has no RSA", e);
        }
    }

    @Override
    public Fence hash(DmaBuf message, long length, DmaBuf digest) {
        requireBytes("hash a message", message, length);
        requireBytes("hash a message", digest, DIGEST_SIZE);
        DeviceJob<byte[]> job = newJob("hash a message");
        int from = job.add(messages, message, Access.READ);
        int to = job.add(secrets, digest, Access.WRITE);
        start(job, () -> new CryptoJob.Hash(job.ranges(from, length), job.ranges(to, DIGEST_SIZE)));
        return job.done();
    }

    @Override
    public CompletionStage<byte[]> sign(CryptoKey key, DmaBuf digest) {
        if (!(key instanceof RestrictedKey own)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "sign", "a key", "it is not one of this driver's",
                    "make one with makeRsaKey");
        }
        requireBytes("sign", digest, DIGEST_SIZE);
        DeviceJob<byte[]> job = newJob("sign");
        int with = job.add(secrets, own.memory(), Access.READ);
        int what = job.add(secrets, digest, Access.READ);
        byte[] padding = SignaturePadding.forModulus(own.modulusSize());
        return start(job, () -> new CryptoJob.RsaPrivate(job.ranges(with, own.size()), List.of(
                new Piece.Immediate(padding), new Piece.Memory(job.ranges(what, DIGEST_SIZE)))));
    }

    private static void requireBytes(String what, DmaBuf buffer, long length) {
        if (length <= 0 || length > buffer.size()) {
            throw new HeapException(HeapError.OUT_OF_BOUNDS, what, "buffer " + buffer.id(),
                    "%d bytes are not in a buffer of %d".formatted(length, buffer.size()), "give the right length");
        }
    }

    private DeviceJob<byte[]> newJob(String what) {
        if (closed) {
            throw gone();
        }
        return new DeviceJob<>("%s: %s, job %d".formatted(engine.initiator().name(), what, count.incrementAndGet()),
                importers, patience);
    }

    private CompletionStage<byte[]> start(DeviceJob<byte[]> job, Supplier<CryptoJob> descriptor) {
        jobs.add(job);
        job.done().onSignal(() -> jobs.remove(job));
        job.start(() -> engine.submit(0, descriptor.get(), event -> finished(job, event)));
        if (closed) {
            job.giveUp(gone());
        }
        return job.result();
    }

    private void finished(DeviceJob<byte[]> job, CryptoEvent event) {
        switch (event) {
            case CryptoEvent.Done done -> job.succeed(done.result());
            case CryptoEvent.Blocked blocked -> job.fail(new HeapException(HeapError.FAULT, "use the crypto engine",
                    job.done().name(), blocked.fault().getMessage(), "find out why the engine has no right to it",
                    blocked.fault()));
            case CryptoEvent.Failed failed -> job.fail(new HeapException(failed.error(), "use the crypto engine",
                    job.done().name(), failed.reason(), "correct the job, or wait for the device"));
        }
    }

    private HeapException gone() {
        return new HeapException(HeapError.CLOSED, "use the crypto engine", engine.name(), "the driver has stopped",
                "wait until it is back");
    }

    /** Fails the jobs that the engine does not have yet; the others finish. */
    @Deactivate
    public void close() {
        closed = true;
        jobs.forEach(job -> job.giveUp(gone()));
    }
}
