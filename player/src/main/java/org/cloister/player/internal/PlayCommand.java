// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.internal;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.cloister.player.clip.internal.ContentKeys;
import org.cloister.player.clip.internal.FrameReference;
import org.cloister.player.play.internal.PlayReport;
import org.cloister.player.play.internal.PlayRequest;
import org.cloister.player.play.internal.SwapPlan;
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

/** Plays a clip and reports. The board is switched on, and the bench found, before it is called. */
@Component(
        service = Callable.class,
        scope = ServiceScope.PROTOTYPE,
        property = {
            "cloister.command=play",
            "cloister.command.board=jacinto",
            "cloister.command.needs=(objectClass=org.cloister.player.internal.BenchFinder)"
        })
@Command(name = "play", description = {
    "Play an encrypted MP4 clip in protected memory, attack it all the way, and report.",
    "Without CLIP it plays the sample that comes with the program, with its key and its reference."})
public final class PlayCommand implements Callable<Integer> {
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    volatile BenchFinder finder; // null while the board is off

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "CLIP", description = "An MP4 file, progressive or fragmented.")
    private Optional<Path> clip = Optional.empty();

    @Option(names = "--key", paramLabel = "KID:KEY", arity = "1",
            description = "A content key: key id and key, 32 hexadecimal digits each. May be given several times.")
    private List<String> keys = List.of();

    @Option(names = "--heap", paramLabel = "NAME", description = {
        "The heap for bitstream and pictures (default: protected,secure-video, or",
        "another one if codec, GPU and display can all reach only that)."})
    private Optional<String> heap = Optional.empty();

    @Option(names = "--reference", paramLabel = "FRAMEMD5",
            description = "What the pictures ought to be, as 'ffmpeg -f framemd5' writes it.")
    private Optional<Path> reference = Optional.empty();

    @Option(names = "--swap", paramLabel = "BACKEND@TIME,...", description = {
        "Backends that take over in mid-stream, such as optee@2s,carveout@4s; times are those of the clip.",
        "all@500ms: every half second the next one of all that can serve the heap in memory that can be filled."})
    private String swaps = "";

    @Option(names = "--move", description = "With --swap: have the secure side move live buffers to the backend that takes"
            + " over, where it can (from OP-TEE by SMC to MediaTek's memory application in it). Otherwise they stay"
            + " where they are until they are released.")
    private boolean move;

    @Option(names = "--real-time",
            description = "Show each picture when it is due, as for a viewer; otherwise as soon as it can be.")
    private boolean realTime;

    @Option(names = "--picture", paramLabel = "PNG", defaultValue = "cloister-play.png",
            description = "Where a contact sheet of what the panel showed goes (default: ${DEFAULT-VALUE}).")
    private Path picture;

    @Option(names = "--json", description = "One JSON object instead of the report.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return Attempt.status(spec, this::attempt);
    }

    private boolean attempt() throws IOException, InterruptedException {
        PictureFile.requireWritable(picture, "--picture");
        SwapPlan plan = move ? SwapPlan.parse(swaps).withMoves() : SwapPlan.parse(swaps);
        PlayReport report;
        if (clip.isPresent()) {
            ContentKeys given = ContentKeys.parse(keys);
            report = play(new PlayRequest(clip.get(), clip.get().toString(), given, heap,
                    reference.map(FrameReference::read), plan, realTime, picture.toAbsolutePath()));
        } else {
            report = playSample(plan);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ReportPrinter.printJson(report, out);
        } else {
            ReportPrinter.print(report, out);
        }
        return report.holds();
    }

    private PlayReport playSample(SwapPlan plan) throws IOException, InterruptedException {
        ContentKeys known = keys.isEmpty() ? ShippedSample.keys() : ContentKeys.parse(keys);
        FrameReference expected = reference.isPresent()
                ? FrameReference.read(reference.get()) : ShippedSample.reference();
        try (ShippedSample sample = new ShippedSample()) {
            return play(new PlayRequest(sample.file(), ShippedSample.NAME, known, heap, Optional.of(expected), plan,
                    realTime, picture.toAbsolutePath()));
        }
    }

    private PlayReport play(PlayRequest request) throws IOException, InterruptedException {
        return Attempt.play(spec, BenchFinder.bench(finder, "play"), request);
    }
}
