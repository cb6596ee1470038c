// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.Test;

class HeapsCommandTest {
    private static final HeapAttributes RESTRICTED = HeapAttributes.builder()
            .enforcement(Enforcement.FIREWALL).cpuAccess(Access.WRITE).contiguous(true).granularity(0x1000).build();
    private static final HeapUsage USAGE = new HeapUsage(OptionalLong.of(0x400_0000), OptionalLong.of(0x300_0000),
            OptionalLong.of(0x200_0000), 0, 3, 0, OptionalInt.of(1), OptionalInt.of(7));
    private static final HeapUsage UNKNOWN = new HeapUsage(OptionalLong.empty(), OptionalLong.empty(),
            OptionalLong.empty(), 0, 0, 0, OptionalInt.empty(), OptionalInt.empty());

    private final FakeHeaps heaps = new FakeHeaps();
    private final Shell shell = new Shell()
            .with("heaps", () -> new HeapsCommand(heaps, enough -> { }), BoardStage.DEFAULT_BOARD);

    private void heap(String name, UseCase useCase, HeapState state, String backend, HeapAttributes attributes,
            Supplier<HeapUsage> usage) {
        heaps.heaps.add(new FakeHeaps.FakeHeap(name, useCase, state, backend, attributes, usage));
    }

    private void twoHeaps() {
        heap("protected,secure-video", UseCase.SECURE_VIDEO, HeapState.AVAILABLE, "carveout", RESTRICTED, () -> USAGE);
        heap("system", UseCase.NONE, HeapState.UNAVAILABLE, "", HeapAttributes.builder().contiguous(false).build(),
                () -> UNKNOWN);
    }

    @Test
    void jsonLines() {
        twoHeaps();

        assertThat(shell.run("heaps", "--json")).isZero();
        assertThat(shell.out()).isEqualTo("""
                {"name":"protected,secure-video","useCase":"secure-video","restricted":true,"enforcement":"firewall","backend":"carveout",\
                "state":"available","cpuAccess":"write-only","contiguous":true,"granularity":"0x1000",\
                "capacity":"0x4000000","free":"0x3000000","largestFree":"0x2000000","quarantined":"0x0",\
                "buffers":3,"regionsUsed":1,"regionsLeft":7}
                {"name":"system","useCase":"none","restricted":false,"enforcement":"none","backend":"","state":"unavailable",\
                "cpuAccess":"read-write","contiguous":false,"granularity":"0x1000","capacity":null,"free":null,\
                "largestFree":null,"quarantined":"0x0","buffers":0,"regionsUsed":null,"regionsLeft":null}
                """);
        assertThat(shell.trace).contains("board jacinto");
    }

    @Test
    void tableForPeople() {
        twoHeaps();

        assertThat(shell.run("heaps")).isZero();
        assertThat(shell.out().lines().map(String::strip)).satisfiesExactly(
                headings -> assertThat(headings).startsWith("HEAP").endsWith("REGIONS"),
                video -> assertThat(video.split(" {2,}")).containsExactly("protected,secure-video", "available",
                        "carveout", "firewall", "write-only", "64 MiB", "48 MiB", "32 MiB", "3", "1 used, 7 left"),
                system -> assertThat(system.split(" {2,}")).containsExactly("system", "unavailable", "-", "no",
                        "read-write", "-", "-", "-", "0", "-"));
    }

    @Test
    void noHeap() {
        assertThat(shell.run("heaps", "--json")).isEqualTo(1);
        assertThat(shell.out()).isEmpty();
        assertThat(shell.err()).startsWith("cloister heaps: there is no heap on this board;");
    }

    @Test
    void heapThatCannotTellItsUsage() {
        heap("system", UseCase.NONE, HeapState.AVAILABLE, "b", RESTRICTED, () -> {
            throw new HeapException(HeapError.BACKEND_FAILED, "ask", "backend b", "it threw", "restart it");
        });

        assertThat(shell.run("heaps", "--json")).isEqualTo(1);
        assertThat(shell.out()).contains("\"capacity\":null", "\"buffers\":null", "\"backend\":\"b\"");
        assertThat(shell.err()).contains("backend b: it threw");
        assertThat(shell.run("heaps")).isEqualTo(1);
        assertThat(shell.out()).contains("available");
    }
}
