// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tee.Tee;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SdpCommandTest {
    private static final String ONLY_THE_LAST_BYTE = "within bounds (offset 8191, length 1)";

    private final FakeHeaps heaps = new FakeHeaps();
    private List<Tee> tees = List.of();
    private final Shell shell = new Shell().with("sdp", this::command, "virt-optee");

    private Object command() {
        var command = new SdpCommand(heaps);
        command.tees = tees;
        return command;
    }

    private FakeTee on(FakeTee.Fault fault) {
        var tee = new FakeTee(fault);
        heaps.heaps.add(tee.heap());
        tees = List.of(tee);
        shell.boards.add("virt-optee");
        return tee;
    }

    private static String line(String name, String verdict, String expected, String detail) {
        return "{\"case\":\"%s\",\"verdict\":\"%s\",\"expected\":\"%s\",\"detail\":\"%s\"}"
                .formatted(name, verdict, expected, detail);
    }

    @Test
    void allCasesAsExpected() {
        FakeTee tee = on(FakeTee.Fault.NONE);

        assertThat(shell.run("sdp", "--loops", "3", "--json")).isZero();
        String outside = "before any call: the memory has 8192 bytes";
        assertThat(shell.out().lines()).containsExactly(
                line("normal world to TA", "ok", "ok", "3 times 4745 bytes"),
                line("normal world to TA to another TA", "ok", "ok", "3 times 4745 bytes"),
                line("normal world to TA to pseudo TA", "ok", "ok", "3 times 4745 bytes"),
                line("normal world to pseudo TA", "refused", "refused",
                        "BAD_PARAMETERS (0xFFFF0006) from the trusted OS"),
                line("out of bounds (offset 8191, length 2)", "refused", "refused", outside),
                line("out of bounds (offset 8191, length 5000)", "refused", "refused", outside),
                line("out of bounds (offset 8192, length 1)", "refused", "refused", outside),
                line("out of bounds (offset 8192, length 4096)", "refused", "refused", outside),
                line("out of bounds (offset 2, length all ones)", "refused", "refused", outside),
                line(ONLY_THE_LAST_BYTE, "ok", "ok", "the trusted application was reached"));
        assertThat(shell.trace).contains("board virt-optee");
        assertThat(tee.open).as("what is still open").isEmpty();
    }

    @Test
    void tableForPeople() {
        on(FakeTee.Fault.NONE);

        assertThat(shell.run("sdp", "--loops=2", "--size=256")).isZero();
        assertThat(shell.out().lines()).hasSize(13).first().isEqualTo("protected,secure-video, a fake");
        assertThat(shell.out()).contains("2 times 1 bytes").endsWith("all 10 cases as expected\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "CHANGES_NOTHING | normal world to TA to another TA | wrong | other data came back in loop 1 | 3",
        "LOSES_THE_LAST_BYTE | normal world to TA | wrong | other data came back in loop | 3",
        "PSEUDO_TAKES_ALL | normal world to pseudo TA | ok | it took restricted memory | 1",
        "DENIES_SECOND_DUMP | normal world to TA | refused | dump in loop 2: ACCESS_DENIED (0xFFFF0001) from the "
                + "trusted application | 1",
        "DENIES_SINGLE_BYTES | within bounds (offset 8191, length 1) | refused | GENERIC (0xFFFF0000) from the way | 1",
    })
    void aVerdictThatIsAnotherGivesStatusOne(FakeTee.Fault fault, String name, String verdict, String detail, int many) {
        FakeTee tee = on(fault);

        assertThat(shell.run("sdp", "--loops=4", "--json")).isOne();
        assertThat(shell.out().lines().filter(line -> line.startsWith("{\"case\":\"" + name + "\""))).singleElement()
                .satisfies(line -> assertThat(line).contains("\"verdict\":\"" + verdict + "\"", detail));
        assertThat(tee.open).as("what is still open").isEmpty();

        heaps.heaps.clear();
        on(fault);
        assertThat(shell.run("sdp", "--loops=4")).isOne();
        assertThat(shell.out()).contains(many + " of 10 cases not as expected");
    }

    @ParameterizedTest
    @CsvSource({"--size,255", "--size,0", "--size,-1", "--size,x", "--size,99999999999", "--loops,0", "--loops,-3",
            "--loops,x", "--seed,x"})
    void optionsThatCannotBe(String option, String value) {
        on(FakeTee.Fault.NONE);

        assertThat(shell.run("sdp", option, value)).isEqualTo(2);
        assertThat(shell.out()).isEmpty();
        assertThat(shell.err().lines()).singleElement()
                .satisfies(line -> assertThat(line).startsWith("cloister sdp: ").contains(option));
    }

    @Test
    void aHeapThatNoTrustedOsServes() {
        on(FakeTee.Fault.NONE);
        tees = List.of();

        assertThat(shell.run("sdp")).isOne();
        assertThat(shell.err()).isEqualTo("cloister sdp: the heap protected,secure-video is served by fake, "
                + "which is no trusted OS; choose a board such as virt-optee\n");
    }

    @Test
    void aHeapThatDoesNotCome() {
        shell.boards.add("virt-optee");
        heaps.awaited = name -> {
            throw new HeapException(HeapError.TIMED_OUT, "wait", "heap " + name, "it did not come", "wait longer");
        };

        assertThat(shell.run("sdp", "--heap", "nosuch")).isOne();
        assertThat(shell.err()).contains("heap nosuch: it did not come");
    }
}
