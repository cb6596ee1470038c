// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import jakarta.json.spi.JsonProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.cloister.console.report.Text;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heap;
import org.cloister.heap.Heaps;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Allocates one buffer and says what it is; it does not hold when the heap is not available or has no memory. */
@Component(
        service = Callable.class,
        scope = ServiceScope.PROTOTYPE,
        property = {"cloister.command=alloc", "cloister.command.board="})
@Command(name = "alloc", description = "Allocate a buffer from a heap of this machine, or of a board.")
public final class AllocCommand implements Callable<Integer> {
    private static final String NAME = "cloister";

    private final Heaps heaps;
    private final Settling settling;
    private final InputStream input;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "NAME", description = "The heap's name or alias, such as system.")
    private String name;

    @Parameters(index = "1", paramLabel = "SIZE", converter = ByteSize.class,
            description = "Bytes: 4096, 0x1000, 4K, 16M or 1G.")
    private long size;

    @Option(names = "--hold", description = "Keep the buffer until standard input ends or a line is entered.")
    private boolean hold;

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    /** While there is one. */
    private volatile Optional<DmaBuf> held = Optional.empty();

    /** Called by Declarative Services. */
    @Activate
    public AllocCommand(@Reference Heaps heaps, @Reference Settling settling) {
        this(heaps, settling, System.in);
    }

    AllocCommand(Heaps heaps, Settling settling, InputStream input) {
        this.heaps = heaps;
        this.settling = settling;
        this.input = input;
    }

    /** The program is told to end while it holds the buffer. */
    @Deactivate
    void release() {
        held.ifPresent(DmaBuf::close);
    }

    @Override
    public Integer call() throws IOException {
        AllocationRequest request = AllocationRequest.of(size).named(NAME);
        settling.await(() -> heaps.explain(name).available() || Machine.isSeen(heaps));
        if (!heaps.explain(name).available()) {
            spec.commandLine().getErr().println("cloister alloc: heap %s is not available: %s".formatted(
                    Text.printable(name), heaps.explain(name).reasons().stream().map(Explanation.Reason::text)
                            .map(Text::oneLine).collect(Collectors.joining("; "))));
            return ExitStatus.DOES_NOT_HOLD;
        }
        Heap heap = heaps.find(name).orElseThrow();
        try (DmaBuf buffer = heap.allocate(request)) {
            held = Optional.of(buffer);
            PrintWriter out = spec.commandLine().getOut();
            out.println(json ? json(buffer) : sentence(buffer));
            out.flush();
            if (hold) {
                hold();
            }
        }
        return ExitStatus.HOLDS;
    }

    private void hold() throws IOException {
        if (!json) {
            spec.commandLine().getErr().println("process %d holds it; Enter ends that"
                    .formatted(ProcessHandle.current().pid()));
            spec.commandLine().getErr().flush();
        }
        int read;
        do {
            read = input.read();
        } while (read >= 0 && read != '\n');
    }

    private static String sentence(DmaBuf buffer) {
        OptionalInt fd = buffer.fd();
        return "%s: %s, %s%s".formatted(buffer.record().heap(), Text.size(buffer.size()),
                buffer.record().restricted() ? "restricted" : "not restricted",
                fd.isPresent() ? ", descriptor " + fd.getAsInt() : "");
    }

    private static Object json(DmaBuf buffer) {
        var object = JsonProvider.provider().createObjectBuilder()
                .add("heap", buffer.record().heap())
                .add("size", Text.hex(buffer.size()))
                .add("restricted", buffer.record().restricted());
        buffer.fd().ifPresent(fd -> object.add("fd", fd));
        return object.build();
    }
}
