// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import org.cloister.driver.crypto.CryptoKey;
import org.cloister.driver.crypto.internal.CryptoDriverComponent;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.cloister.platform.device.CryptoEngine;
import org.cloister.platform.layout.RsaKey;

/**
 * Signs messages with keys in restricted memory by the real driver of the crypto engine, makes keys and forgets them, stops
 * and starts the driver. Checks that each signature is that of the message, whatever was moved meanwhile, and that each
 * job that it was promised comes to an end.
 */
final class Signer {
    private static final String NAME = "signer";
    private static final String DRIVER = "crypto";
    private static final int LONGEST_PAUSE_MILLIS = 600;
    private static final int BITS = 1024;
    private static final int MOST_KEYS = 3;
    private static final int MOST_JOBS = 4;

    private final World world;
    private final CryptoEngine engine;
    private final Mappings mappings;
    private final SplittableRandom random;
    private final Heaps heaps;
    private final Content content;
    private final DriverUser user;
    private final List<CryptoKey> keys = new ArrayList<>();
    private CryptoDriverComponent driver;

    Signer(World world, CryptoEngine engine, Mappings mappings, SplittableRandom random) {
        this.world = world;
        this.engine = engine;
        this.mappings = mappings;
        this.random = random;
        this.heaps = world.core().heaps(NAME);
        this.user = new DriverUser(NAME, world, random);
        this.content = new Content(world, world.core().importers(NAME), random);
    }

    private void start() {
        driver = new CryptoDriverComponent(engine, world.core().heaps(DRIVER), world.driversImporters(DRIVER, mappings),
                World.KEYS, world.scheduler().patience());
    }

    /** Signs until the run is over, then closes all, and waits for what was promised. */
    void run() {
        start();
        user.act(this::act, LONGEST_PAUSE_MILLIS);
        driver.close();
        user.conclude();
        keys.forEach(CryptoKey::close);
    }

    private void act() {
        if (user.open() >= MOST_JOBS) {
            return;
        }
        switch (random.nextInt(16)) {
            case 0 -> restart();
            case 1 -> forget();
            case 2, 3, 4 -> make();
            default -> sign();
        }
    }

    /** With its bundle, which takes the keys with it, or without. */
    private void restart() {
        world.trace().note("restart crypto");
        driver.close();
        if (random.nextBoolean()) {
            world.hooks().stop(DRIVER, world.core());
        }
        start();
    }

    private void forget() {
        if (!keys.isEmpty()) {
            keys.remove(random.nextInt(keys.size())).close();
        }
    }

    private void make() {
        Fence made = new Fence("a key");
        driver.makeRsaKey(BITS).whenComplete((key, failure) -> {
            if (failure == null) {
                keys.add(key);
            }
            told("key", made, failure);
        });
        user.promised(made);
        while (keys.size() > MOST_KEYS) {
            keys.removeFirst().close();
        }
    }

    private void told(String what, Fence fence, Throwable failure) {
        String end = failure == null ? " is there" : failure instanceof HeapException e ? " fails " + e.error() : " fails";
        world.trace().note(what + end);
        fence.signal();
    }

    private void sign() {
        if (keys.isEmpty()) {
            make();
            return;
        }
        CryptoKey key = keys.get(random.nextInt(keys.size()));
        Heap heap = heaps.find(World.KEYS).orElseThrow(() -> new HeapException(HeapError.NO_SUCH_HEAP, "find",
                World.KEYS, "nobody serves it yet", "wait"));
        long stamp = random.nextLong() | 1;
        long size = (1 + random.nextInt(4)) * Block.PAGE;
        content.filled(heap, size, stamp, message -> {
            try (DmaBuf digest = heap.allocate(Block.PAGE)) {
                Fence hashed = driver.hash(message, size, digest);
                user.promised(hashed);
                CompletionStage<byte[]> signature = driver.sign(key, digest);
                // A hash that failed before is waited for no more, as any fence: what is signed is what was there.
                boolean meaningful = hashed.failure().isEmpty();
                look(signature, meaningful, hashed,
                        RsaKey.bigEndian(key.publicKey().getModulus(), BITS / Byte.SIZE), stamp);
            }
        });
    }

    private void look(CompletionStage<byte[]> signature, boolean meaningful, Fence hashed, byte[] modulus, long stamp) {
        Fence signed = new Fence("a signature");
        user.promised(signed);
        signature.whenComplete((bytes, failure) -> {
            if (failure == null && meaningful && (!hashed.isSignalled() || hashed.failure().isPresent())) {
                world.found(new Violation(5, "there is a signature of what " + hashed + " did not make"));
            } else if (failure == null && meaningful && !Arrays.equals(bytes, SimulatedCrypto.signature(modulus, stamp))) {
                world.found(new Violation(5, "the signature of message 0x%x is none".formatted(stamp)));
            }
            told("signature", signed, failure);
        });
    }
}
