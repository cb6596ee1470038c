// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.PoolUsage;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapAttributes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;

/** Backends change while a clip plays, and nobody notices. */
class SwapPlaybackTest {
    @TempDir
    Path directory;

    @AfterEach
    void switchOff() throws Exception {
        Boards.off();
    }

    @Test
    void backendsAreSwappedInMidStreamAndTheConfigurationIsAsBefore() throws Exception {
        Boards.on("jacinto");
        Configuration core = Framework.configuration("org.cloister.core");
        core.update(Framework.properties(Map.of("heap.backends",
                new String[] {"restricted,secure-video=carveout,twin", "protected,other=nobody"})));
        ServiceRegistration<?> twin = register(other -> new Changed("twin", other, UnaryOperator.identity()));
        try {
            String report = Player.play("--json", "--swap", "twin@1s,carveout@1500ms,twin@3.5s",
                    "--picture", directory.resolve("sheet.png").toString());
            Player.assertExact(report);
            assertThat(Player.number(report, "swaps")).isEqualTo(3);
            assertThat(report).contains("\"backends\":[\"carveout\",\"twin\",\"carveout\",\"twin\"]");
            assertThat((String[]) core.getProperties().get("heap.backends"))
                    .containsExactly("restricted,secure-video=carveout,twin", "protected,other=nobody");
            Heap heap = Framework.service(Heap.class, "(heap.name=protected,secure-video)");
            Framework.eventually("the carve-out serves again", () -> heap.backend().equals("carveout"));
        } finally {
            Framework.remove(core);
            twin.unregister();
        }
    }

    @Test
    void aSwapBetweenCarveOutAndTeeChangesWhoDecrypts() throws Exception {
        Boards.on("lab");
        String report = Player.play("--json", "--swap", "carveout@1s,optee@3s",
                "--picture", directory.resolve("sheet.png").toString());
        Player.assertExact(report);
        assertThat(report).contains("\"backends\":[\"optee\",\"carveout\",\"optee\"]", "\"stillLent\":\"0x0\"",
                "\"decryptedBy\":[\"the content decryption application in OP-TEE 4.10 by SMC\",\"the player\"]");
    }

    @Test
    void aSwapEveryHalfSecondLosesNothing() throws Exception {
        Boards.on("lab");
        String report = Player.play("--json", "--picture", directory.resolve("sheet.png").toString(), "--swap",
                IntStream.rangeClosed(1, 9).mapToObj(i -> (i % 2 == 0 ? "optee@" : "carveout@") + i * 500 + "ms")
                        .collect(Collectors.joining(",")));
        assertThat(Player.number(report, "frames")).isEqualTo(125);
        Player.assertExact(report);
        assertThat(Player.number(report, "swaps")).isEqualTo(9);
    }

    @Test
    void aSwapThroughAllGoesThroughEveryVendor() throws Exception {
        Boards.on("lab");
        String report = Player.play("--json", "--swap", "all@500ms",
                "--picture", directory.resolve("sheet.png").toString());
        Player.assertExact(report);
        assertThat(Player.number(report, "swaps")).isEqualTo(9);
        assertThat(report).contains("\"backends\":[\"optee\",\"amdtee\",\"carveout\",\"mtk\",\"optee\",\"amdtee\"",
                "\"stillLent\":\"0x0\"", "in OP-TEE 4.10 by SMC\"", "in AMD-TEE\"", "\"the player\"");
    }

    @Test
    void aSwapThroughAllLeavesOutWhoseMemoryNobodyCanFill() throws Exception {
        Boards.on("lab");
        ServiceRegistration<?> sealed = register(other -> new Changed("sealed", other, Sealed::new));
        var said = new StringWriter();
        try {
            String report = Player.play(said, 0, "--json", "--swap", "all@500ms",
                    "--picture", directory.resolve("sheet.png").toString());
            Player.assertExact(report);
            assertThat(report).contains("\"carveout\",\"mtk\",\"optee\"", "\"stillLent\":\"0x0\"")
                    .doesNotContain("sealed");
            assertThat(said.toString()).contains("sealed is left out: the CPU cannot write its memory, and ",
                    "OP-TEE does not know its memory", "the secure processor does not know its memory");
        } finally {
            sealed.unregister();
        }
    }

    @Test
    void aSwapToMemoryThatNobodyCanFillIsRefusedBeforeTheClipBegins() throws Exception {
        Boards.on("lab");
        ServiceRegistration<?> sealed = register(other -> new Changed("sealed", other, Sealed::new));
        var said = new StringWriter();
        try {
            assertThat(Player.play(said, 2, "--swap", "sealed@1s",
                    "--picture", directory.resolve("sheet.png").toString())).isEmpty();
            assertThat(said.toString()).contains("OP-TEE does not know its memory",
                    "; those that can on board lab are amdtee, carveout, mtk, optee");
            assertThat(directory.resolve("sheet.png")).doesNotExist();
        } finally {
            sealed.unregister();
        }
    }

    private static ServiceRegistration<?> register(UnaryOperator<HeapBackend> change) {
        HeapBackend carveOut = Framework.service(HeapBackend.class, "(component.name=*carveout*)");
        return Framework.context().registerService(HeapBackend.class, change.apply(carveOut), null);
    }

    /** Serves what another backend serves, under an id of its own and with changed pools. */
    private record Changed(String id, HeapBackend other, UnaryOperator<Pool> change) implements HeapBackend {
        @Override
        public List<PoolOffer> offers() {
            return other.offers();
        }

        @Override
        public Pool open(PoolOffer offer) {
            return change.apply(other.open(offer));
        }
    }

    /** A pool whose memory neither the CPU nor a trusted OS can fill. */
    private record Sealed(Pool pool) implements Pool {
        @Override
        public HeapAttributes attributes() {
            return HeapAttributes.builder().enforcement(Enforcement.FIREWALL).cpuAccess(Access.NONE).build();
        }

        @Override
        public PoolUsage usage() {
            return pool.usage();
        }

        @Override
        public PoolBuffer allocate(long size, long alignment) {
            return pool.allocate(size, alignment);
        }

        @Override
        public void free(PoolBuffer buffer) {
            pool.free(buffer);
        }

        @Override
        public void destroy() {
            pool.destroy();
        }
    }
}
