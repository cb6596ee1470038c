// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.internal;

import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.cloister.driver.record.RecordDriver;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.player.clip.internal.ClipException;
import org.cloister.player.clip.internal.ContentKeys;
import org.cloister.player.clip.internal.KeyId;
import org.cloister.player.play.internal.Bench;
import org.cloister.player.play.internal.PlayReport;
import org.cloister.player.play.internal.PlayRequest;
import org.cloister.player.play.internal.SwapPlan;
import org.cloister.player.record.internal.RecordReport;
import org.cloister.player.record.internal.RecordRequest;
import org.cloister.player.record.internal.SecureRecording;
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

/** Records, plays what was recorded, and reports. The board is switched on before it is called. */
@Component(
        service = Callable.class,
        scope = ServiceScope.PROTOTYPE,
        property = {
            "cloister.command=record",
            "cloister.command.board=lab",
            "cloister.command.needs=(objectClass=org.cloister.player.internal.BenchFinder)",
            "cloister.command.needs=(objectClass=org.cloister.driver.record.RecordDriver)"
        })
@Command(name = "record", description = {
    "Record the board's camera through memory that the CPU cannot read into an encrypted MP4 file, attack it all the way,"
            + " then play the file the same way, and report."})
public final class RecordCommand implements Callable<Integer> {
    private static final int MOST_FRAMES = 10_000;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    volatile BenchFinder finder; // null while the board is off

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    volatile RecordDriver driver; // null while no board with a camera is on

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "FILE", defaultValue = "cloister-record.mp4",
            description = "Where the recording goes (default: ${DEFAULT-VALUE}).")
    private Path file;

    @Option(names = "--key", paramLabel = "KID:KEY", arity = "1",
            description = "The key to encrypt with: key id and key, 32 hexadecimal digits each (default: a new one).")
    private Optional<String> key = Optional.empty();

    @Option(names = "--frames", paramLabel = "N", defaultValue = "100",
            description = "How many pictures to record (default: ${DEFAULT-VALUE}).")
    private int frames;

    @Option(names = "--heap", paramLabel = "NAME", defaultValue = "protected,secure-video-record",
            description = "The heap for pictures and bitstream of the recording (default: ${DEFAULT-VALUE}).")
    private String heap;

    @Option(names = "--picture", paramLabel = "PNG", defaultValue = "cloister-record.png",
            description = "Where a contact sheet of the recording, played, goes (default: ${DEFAULT-VALUE}).")
    private Path picture;

    @Option(names = "--json", description = "One JSON object instead of the report.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return Attempt.status(spec, this::attempt);
    }

    private boolean attempt() throws IOException, InterruptedException {
        PictureFile.requireWritable(picture, "--picture");
        PictureFile.requireWritable(file, "the first argument");
        if (frames < 1 || frames > MOST_FRAMES) {
            throw new ClipException("record", frames + " pictures", "it is not 1 to " + MOST_FRAMES,
                    "give another number with --frames");
        }
        String secret = key.orElseGet(RecordCommand::newKey);
        ContentKeys keys = ContentKeys.parse(List.of(secret));
        KeyId keyId = keys.ids().iterator().next();
        Bench bench = BenchFinder.bench(finder, "record");
        RecordReport report = new SecureRecording(bench, requireDriver(),
                new RecordRequest(frames, heap, keyId, keys, file.toAbsolutePath())).run();
        PlayReport played = play(bench, keys);
        boolean holds = report.protection().holds() && played.holds() && played.frames() == frames;
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            printJson(report, played, secret, out);
        } else {
            print(report, played, secret, out);
        }
        return holds;
    }

    private RecordDriver requireDriver() {
        RecordDriver found = driver;
        if (found == null) {
            throw new HeapException(HeapError.UNAVAILABLE, "record", "this machine",
                    "no board is on that has a camera, a video encoder and their driver", "choose lab with --board");
        }
        return found;
    }

    private static String newKey() {
        byte[] bytes = new byte[2 * KeyId.LENGTH];
        new SecureRandom().nextBytes(bytes);
        String hex = HexFormat.of().formatHex(bytes);
        return hex.substring(0, 2 * KeyId.LENGTH) + ":" + hex.substring(2 * KeyId.LENGTH);
    }

    private PlayReport play(Bench bench, ContentKeys keys) throws IOException, InterruptedException {
        return Attempt.play(spec, bench, new PlayRequest(file.toAbsolutePath(), file.toString(), keys, Optional.empty(),
                Optional.empty(), SwapPlan.NONE, false, picture.toAbsolutePath()));
    }

    private void print(RecordReport report, PlayReport played, String secret, PrintWriter out) throws IOException {
        ReportPrinter.line(out, "recorded", "%d pictures of %s as %s, %d bytes, encrypted by %s".formatted(report.frames(),
                report.format(), report.codec().label(), report.bytes(), report.encryptedBy()));
        ReportPrinter.print(report.protection(), out);
        ReportPrinter.line(out, "file", "%s, %d bytes".formatted(file, Files.size(file)));
        ReportPrinter.line(out, "played", "%d pictures, %d attacks tried, %d repelled".formatted(
                played.frames(), played.probes(), played.repelled()));
        played.breaches().forEach(breach -> ReportPrinter.line(out, "BREACH", breach));
        ReportPrinter.line(out, "key", "play it with --key " + secret);
        ReportPrinter.line(out, "picture", picture.toAbsolutePath().toString());
    }

    private void printJson(RecordReport report, PlayReport played, String secret, PrintWriter out) {
        JsonObjectBuilder object = JsonProvider.provider().createObjectBuilder()
                .add("frames", report.frames())
                .add("width", report.format().width())
                .add("height", report.format().height())
                .add("codec", report.codec().label())
                .add("bytes", report.bytes())
                .add("encryptedBy", report.encryptedBy());
        ReportPrinter.add(report.protection(), object);
        out.println(object.add("file", file.toAbsolutePath().toString())
                .add("key", secret)
                .add("playedFrames", played.frames())
                .add("playedProbes", played.probes())
                .add("playedRepelled", played.repelled())
                .add("picture", picture.toAbsolutePath().toString()).build());
    }
}
