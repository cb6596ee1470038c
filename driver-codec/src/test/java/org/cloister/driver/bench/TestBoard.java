// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.core.internal.TestCore;
import org.cloister.emulator.devices.crypto.internal.CryptoModel;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.driver.codec.internal.FirmwareFile;
import org.cloister.emulator.devices.decoder.internal.DecoderFirmwareFile;
import org.cloister.emulator.devices.decoder.internal.VideoDecoderModel;
import org.cloister.emulator.devices.display.internal.DisplayModel;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.heap.Access;
import org.cloister.heap.UseCase;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.driver.Patience;
import org.cloister.platform.dt.AddressRange;

/**
 * A board that is on, with core, a decoder, and a display that has a built-in panel and a connector. Its heaps:
 * {@link #VIDEO} (CPU writes, decoder does all, the built-in panel's pipe reads), {@link #DEAF} (secure video that no
 * device may touch), {@link #UI} (for another use case), {@link #TRUSTED_UI} (the secure world writes, both pipes read),
 * {@link #KEYS} (a crypto engine does all), and {@link #NORMAL}.
 */
public final class TestBoard implements AutoCloseable {
    public static final String VIDEO = "protected,secure-video";
    public static final String DEAF = "acme,deaf-video";
    public static final String OTHER_VIDEO = "acme,video";
    public static final String UI = "protected,secure-video-record";
    public static final String TRUSTED_UI = "protected,trusted-ui";
    public static final String KEYS = "protected,keys";
    /** The backend of {@link #VIDEO}. */
    public static final String MAIN = "test " + VIDEO;
    /** Another one. */
    public static final String SPARE = "spare";
    /** One whose memory the CPU cannot write. */
    public static final String SEALED = "sealed";
    /** One whose memory the display does not reach. */
    public static final String BLIND = "blind";
    public static final String NORMAL = "system";

    /** How long drivers wait for core and devices: longer than any of them takes on a busy machine. */
    public static final Patience PATIENCE = Patience.of(Duration.ofSeconds(60));

    private static final DmaLimits LIMITS = new DmaLimits(40, 16, 64, 1L << 30);
    private static final long RAM = 0x8000_0000L;
    private static final long VIDEO_BASE = 0x9000_0000L;
    private static final long DEAF_BASE = 0x9800_0000L;
    private static final long UI_BASE = 0x9c00_0000L;
    private static final long TRUSTED_UI_BASE = 0xa800_0000L;
    private static final long KEYS_BASE = 0xb000_0000L;
    private static final UseCase KEYS_USE = new UseCase(300, "keys");
    private static final long SPARE_BASE = 0xa000_0000L;
    private static final long SIZE = 16 << 20;
    private static final Map<String, Access> VIDEO_GRANTS = Map.of(
            "cpu", Access.WRITE, "video-decoder", Access.READ_WRITE, "display", Access.READ);
    private static final Map<String, Access> SPARE_GRANTS = Map.of("cpu", Access.WRITE,
            "video-decoder", Access.READ_WRITE, "display", Access.READ, "gpu", Access.READ);
    private static final Map<String, Access> UI_GRANTS = VIDEO_GRANTS;
    private static final Map<String, Access> TRUSTED_UI_GRANTS =
            Map.of("display", Access.READ, "display-external", Access.READ);

    private static final String SECURE_OS = "secure-os";

    private final AtomicReference<PhysicalMemory> secure = new AtomicReference<>();
    private final PoweredSoc power;
    private final TestCore core = new TestCore();
    private final VideoDecoderModel decoder;
    private final DisplayModel display;
    private final CryptoModel crypto;
    private Runnable videoBackend = () -> { };

    /** Switches the board on; {@link #VIDEO} is not served yet. */
    public TestBoard() {
        this(LIMITS);
    }

    /** Switches on a board whose display's address generator is another. */
    public TestBoard(DmaLimits displayLimits) {
        FfmpegLibraries ffmpeg;
        try {
            ffmpeg = FfmpegLibraries.loadInto(Path.of("target", "ffmpeg"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        power = new SocBuilder(new BoardBuilder("bench", "the board of the drivers' tests")
                .ram(RAM, 1L << 30)
                .device("video-decoder", 0x430_0000L, 0x1000, 120, 2)
                .device("display", 0x440_0000L, 0x1000, 121, 3)
                .device("display-external", 0x450_0000L, 0x1000, 122, 4)
                .device("gpu", 0x460_0000L, 0x1000, 123, 5)
                .device("crypto", 0x470_0000L, 0x1000, 124, 6)
                .carveOut("keys", KEYS_BASE, SIZE, KEYS_USE, "crypto:rw")
                .carveOut("video", VIDEO_BASE, SIZE, UseCase.SECURE_VIDEO,
                        "cpu:w", "video-decoder:rw", "display:r")
                .carveOut("spare", SPARE_BASE, SIZE, UseCase.SECURE_VIDEO,
                        "cpu:w", "video-decoder:rw", "display:r", "gpu:r")
                .carveOut("deaf", DEAF_BASE, SIZE, UseCase.SECURE_VIDEO, "cpu:w")
                .carveOut("ui", UI_BASE, SIZE, UseCase.SECURE_VIDEO_RECORD,
                        "cpu:w", "video-decoder:rw", "display:r")
                .carveOut("trusted-ui", TRUSTED_UI_BASE, SIZE, UseCase.TRUSTED_UI,
                        "secure:rw", "display:r", "display-external:r")
                .defaultContiguousArea(SIZE, new AddressRange(0x8800_0000L, 2 * SIZE))
                .firmware(SECURE_OS, node -> { })
                .build()).firmware(SECURE_OS, world -> {
                    secure.set(world.memory("cpu-secure"));
                    return () -> { };
                }).boot();
        decoder = new VideoDecoderModel("/soc/video-decoder@4300000", new Dma(memory("video-decoder"), LIMITS),
                range -> soc().isRestricted(soc().initiator("video-decoder"), range.address(), range.length()),
                () -> ffmpeg);
        display = new DisplayModel(displayLimits, List.of(
                new DisplayModel.PipePlan("/soc/display@4400000", memory("display"), true, 640, 360),
                new DisplayModel.PipePlan("/soc/display-external@4500000", memory("display-external"), false, 64, 64)));
        crypto = new CryptoModel("/soc/crypto@4700000", new Dma(memory("crypto"), LIMITS), power.soc().random("crypto"));
        PhysicalMemory cpu = memory("cpu");
        core.add(TestBackend.restricted(KEYS, KEYS_USE, KEYS_BASE, SIZE, cpu, Map.of("crypto", Access.READ_WRITE)));
        core.add(TestBackend.restricted(
                DEAF, UseCase.SECURE_VIDEO, DEAF_BASE, SIZE, cpu, Map.of("cpu", Access.WRITE)));
        core.add(TestBackend.restricted(UI, UseCase.SECURE_VIDEO_RECORD, UI_BASE, SIZE, cpu, UI_GRANTS));
        core.add(TestBackend.restricted(
                TRUSTED_UI, UseCase.TRUSTED_UI, TRUSTED_UI_BASE, SIZE, cpu, TRUSTED_UI_GRANTS));
        core.add(TestBackend.normal(NORMAL, RAM, SIZE, cpu));
    }

    /** From now on {@link #VIDEO} is served. */
    public TestBoard serveVideo() {
        videoBackend = core.add(TestBackend.restricted(
                VIDEO, UseCase.SECURE_VIDEO, VIDEO_BASE, SIZE, memory("cpu"), VIDEO_GRANTS));
        return this;
    }

    /** A second backend, {@link #SPARE}, could serve {@link #VIDEO}, too; the GPU may read its memory. */
    public TestBoard spareVideo() {
        core.add(TestBackend.restricted(VIDEO, UseCase.SECURE_VIDEO, SPARE_BASE, SIZE, memory("cpu"), SPARE_GRANTS)
                .named(SPARE));
        return this;
    }

    /** A further heap for protected video, {@link #OTHER_VIDEO}, that all devices of a player reach. */
    public TestBoard serveOtherVideo() {
        core.add(TestBackend.restricted(
                OTHER_VIDEO, UseCase.SECURE_VIDEO, SPARE_BASE, SIZE, memory("cpu"), SPARE_GRANTS));
        return this;
    }

    /** A further backend, {@link #SEALED}, could serve {@link #VIDEO}, too, in memory that only a TEE could fill. */
    public TestBoard sealedVideo() {
        core.add(TestBackend.restricted(VIDEO, UseCase.SECURE_VIDEO, DEAF_BASE, SIZE, memory("cpu"), Map.of())
                .named(SEALED));
        return this;
    }

    /** A further backend, {@link #BLIND}, could serve {@link #VIDEO}, too, in memory that the display does not reach. */
    public TestBoard blindVideo() {
        core.add(TestBackend.restricted(VIDEO, UseCase.SECURE_VIDEO, DEAF_BASE, SIZE, memory("cpu"),
                Map.of("cpu", Access.WRITE, "video-decoder", Access.READ_WRITE)).named(BLIND));
        return this;
    }

    /** The backend of {@link #VIDEO} leaves, and its buffers are revoked. */
    public void withdrawVideo() {
        videoBackend.run();
    }

    /** Waits until no memory of the backend that was withdrawn is in use. */
    public void awaitWithdrawn() {
        core.awaitRetired(VIDEO, MAIN);
    }

    public TestCore core() {
        return core;
    }

    public Soc soc() {
        return power.soc();
    }

    public VideoDecoderModel decoder() {
        return decoder;
    }

    /** The decoder's firmware, and the way to it. */
    public Optional<FirmwareFile> firmware() {
        return decoder.firmwareFile().map(path -> new FirmwareFile(path, new DecoderFirmwareFile(),
                soc().contiguousAreas().getFirst(), memory("cpu")));
    }

    public DisplayModel display() {
        return display;
    }

    public CryptoModel crypto() {
        return crypto;
    }

    public PhysicalMemory memory(String initiator) {
        return power.soc().memory(initiator);
    }

    /** Memory as the secure world sees it. */
    public PhysicalMemory secureMemory() {
        return secure.get();
    }

    @Override
    public void close() {
        decoder.close();
        display.close();
        crypto.close();
        core.close();
        power.close();
    }
}
