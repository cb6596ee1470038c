// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cloister.core.internal.TestCore;
import org.cloister.driver.bench.TestBackend;
import org.cloister.driver.crypto.CryptoDriver;
import org.cloister.driver.crypto.internal.CryptoDriverComponent;
import org.cloister.emulator.devices.crypto.internal.CryptoModel;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.importer.Importers;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.driver.Patience;

/**
 * A board with a crypto engine that can be stopped in the middle of a job, its driver, memory for keys that nobody but
 * the engine may touch, and three initiators besides the CPU that have no business there.
 */
final class CryptoBoard implements AutoCloseable {
    static final String KEYS = "protected,keys";
    static final String NORMAL = "system";
    /** A second backend for {@link #KEYS}. */
    static final String SPARE = "spare";
    /** Who may do nothing, all that is on the board but the engine. */
    static final List<String> OUTSIDERS = List.of("cpu", "eth-dma", "gpu", "video-decoder");

    private static final DmaLimits LIMITS = new DmaLimits(40, 16, 64, 1L << 30);
    private static final long RAM = 0x8000_0000L;
    private static final long KEYS_BASE = 0xa000_0000L;
    private static final long SPARE_BASE = 0xb000_0000L;
    private static final long SIZE = 1 << 20;
    private static final Map<String, Access> GRANTS = Map.of("crypto", Access.READ_WRITE);

    private final PoweredSoc power = new SocBuilder(new BoardBuilder("vault", "a board of a test")
            .ram(RAM, 1L << 30)
            .device("video-decoder", 0x430_0000L, 0x1000, 120, 2)
            .device("gpu", 0x460_0000L, 0x1000, 123, 5)
            .device("crypto", 0x470_0000L, 0x1000, 124, 6)
            .device("eth-dma", 0x480_0000L, 0x1000, 125, 7)
            .carveOut("keys", KEYS_BASE, SIZE, CryptoDriver.KEYS, "crypto:rw")
            .carveOut("spare", SPARE_BASE, SIZE, CryptoDriver.KEYS, "crypto:rw")
            .build()).boot();
    private final TestCore core = new TestCore();
    private final GatedMemory gate = new GatedMemory(soc().memory("crypto"));
    private final List<DmaBuf> used = new CopyOnWriteArrayList<>(); // by the driver, the latest last
    private final Runnable withdraw;
    private CryptoModel engine;
    private CryptoDriverComponent driver;

    private CryptoBoard(long keys) {
        PhysicalMemory cpu = soc().memory("cpu");
        withdraw = core.add(TestBackend.restricted(KEYS, CryptoDriver.KEYS, keys, SIZE, cpu, GRANTS));
        core.add(TestBackend.normal(NORMAL, RAM + SIZE, SIZE, cpu));
        start(Duration.ofSeconds(60));
    }

    CryptoBoard() {
        this(KEYS_BASE);
    }

    /** A board whose backend says that its memory is restricted, which no firewall enforces. */
    static CryptoBoard withAHole() {
        return new CryptoBoard(RAM);
    }

    private void start(Duration mapLimit) {
        engine = new CryptoModel("/soc/crypto@4700000", new Dma(gate, LIMITS), soc().random("crypto"));
        Importers importers = core.importers("driver");
        driver = new CryptoDriverComponent(engine, core.heaps("driver"), (buffer, importer, access) -> {
            used.add(buffer);
            return importers.attach(buffer, importer, access);
        }, KEYS, Patience.of(mapLimit));
    }

    /** A driver and an engine that are reset, after which the driver waits that long for memory management. */
    void restart(Duration mapLimit) {
        driver.close();
        engine.close();
        start(mapLimit);
    }

    /** A second backend, {@link #SPARE}, could serve {@link #KEYS}, too, and is the one that may. */
    void swap() {
        core.add(TestBackend.restricted(KEYS, CryptoDriver.KEYS, SPARE_BASE, SIZE, soc().memory("cpu"), GRANTS)
                .named(SPARE));
        core.prefer(KEYS, List.of(SPARE));
    }

    /** The backend of {@link #KEYS} leaves, and its buffers are revoked, in the background. */
    void withdraw() {
        withdraw.run();
    }

    /** What the driver attached last. */
    DmaBuf lastUsed() {
        return used.getLast();
    }

    GatedMemory gate() {
        return gate;
    }

    CryptoModel engine() {
        return engine;
    }

    CryptoDriver driver() {
        return driver;
    }

    Soc soc() {
        return power.soc();
    }

    Heap heap(String name) {
        return core.heaps("client").find(name).orElseThrow();
    }

    Importers importers() {
        return core.importers("client");
    }

    @Override
    public void close() {
        gate.open();
        driver.close();
        engine.close();
        core.close();
        power.close();
    }
}
