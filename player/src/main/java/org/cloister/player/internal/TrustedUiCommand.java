// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.internal;

import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.cloister.platform.layout.TrustedDialogue;
import org.cloister.player.clip.internal.ClipException;
import org.cloister.player.ui.internal.TrustedUi;
import org.cloister.player.ui.internal.UiReport;
import org.cloister.player.ui.internal.UiRequest;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows dialogues of the secure world and reports. The board is switched on before it is called. */
@Component(
        service = Callable.class,
        scope = ServiceScope.PROTOTYPE,
        property = {
            "cloister.command=trusted-ui",
            "cloister.command.board=lab",
            "cloister.command.needs=(objectClass=org.cloister.player.internal.BenchFinder)"
        })
@Command(name = "trusted-ui", description = {
    "Have the secure world draw dialogues that the normal world can neither read nor write, show them, attack them all"
            + " the way, and report.",
    "Without MESSAGE it shows three."})
public final class TrustedUiCommand implements Callable<Integer> {
    private static final List<String> MESSAGES = List.of(
            "Unlock this device?", "Pay 12.50 to the bakery at the corner?", "Read the code below to nobody. Is it you?");

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    volatile BenchFinder finder; // null while the board is off

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "MESSAGE", description = "What a dialogue is to ask, in printable ASCII.")
    private List<String> messages = List.of();

    @Option(names = "--heap", paramLabel = "NAME", defaultValue = "protected,trusted-ui",
            description = "The heap that dialogues are drawn in (default: ${DEFAULT-VALUE}).")
    private String heap;

    @Option(names = "--picture", paramLabel = "PNG", defaultValue = "cloister-trusted-ui.png",
            description = "Where a photograph of the panel goes (default: ${DEFAULT-VALUE}).")
    private Path picture;

    @Option(names = "--json", description = "One JSON object instead of the report.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return Attempt.status(spec, this::attempt);
    }

    private boolean attempt() throws IOException {
        PictureFile.requireWritable(picture, "--picture");
        messages.forEach(TrustedUiCommand::requireDrawable);
        UiRequest request = new UiRequest(messages.isEmpty() ? MESSAGES : messages, heap, picture.toAbsolutePath());
        UiReport report = new TrustedUi(BenchFinder.bench(finder, "show a dialogue"), request).run();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            printJson(report, out);
        } else {
            print(report, out);
        }
        return report.holds();
    }

    private static void requireDrawable(String message) {
        if (message.isBlank() || message.length() > TrustedDialogue.MAX_MESSAGE
                || message.chars().anyMatch(letter -> letter < ' ' || letter > '~')) {
            throw new ClipException("show", "a message", "it is not 1 to %d characters of printable ASCII"
                    .formatted(TrustedDialogue.MAX_MESSAGE), "give a shorter or plainer one");
        }
    }

    private static void print(UiReport report, PrintWriter out) {
        ReportPrinter.line(out, "dialogues", "%d of %dx%d, drawn by %s".formatted(
                report.dialogues(), report.width(), report.height(), report.drawnBy()));
        ReportPrinter.line(out, "exact", "%d of %d reached the panel as they were drawn, says the secure world"
                .formatted(report.exact(), report.dialogues()));
        ReportPrinter.line(out, "tapped", report.black() ? "the panel was black" : "THE PANEL WAS NOT BLACK");
        ReportPrinter.print(report.protection(), out);
        ReportPrinter.line(out, "picture", report.picture().toString());
    }

    private static void printJson(UiReport report, PrintWriter out) {
        JsonObjectBuilder object = JsonProvider.provider().createObjectBuilder()
                .add("frames", report.dialogues())
                .add("exact", report.exact())
                .add("width", report.width())
                .add("height", report.height())
                .add("drawnBy", report.drawnBy())
                .add("blackWhenTapped", report.black());
        ReportPrinter.add(report.protection(), object);
        out.println(object.add("picture", report.picture().toString()).build());
    }
}
