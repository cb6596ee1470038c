// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.internal;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.cloister.player.play.internal.PlayReport;
import org.cloister.player.probe.internal.ProtectionReport;

/** Writes reports for people and for machines. */
final class ReportPrinter {
    private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB"};

    private ReportPrinter() {}

    /** A few lines for a person. */
    static void print(PlayReport report, PrintWriter out) {
        line(out, "clip", "%s: %s, %dx%d, %s".formatted(report.clip(), report.codec().label(), report.format().width(),
                report.format().height(), report.scheme().map("encrypted (%s)"::formatted).orElse("not encrypted")));
        line(out, report.scheme().isPresent() ? "decrypted" : "written", "by %s, into memory that the CPU cannot read"
                .formatted(String.join(", then ", report.decryptedBy())));
        line(out, "shown", "%d frames, %.1f frames per second".formatted(report.frames(), report.fps()));
        report.composed().ifPresent(composed -> line(out, "composed", "%d of %d frames exactly, by %s in protected mode, entered %d times"
                .formatted(composed.exact(), report.frames(), composed.initiator(), composed.entries())));
        report.bypassed().ifPresent(why -> line(out, "composed", "by the display, for the GPU " + why));
        report.verdict().ifPresent(verdict -> line(out, "exact", "%d of %d frames equal the reference%s".formatted(
                verdict.exact(), verdict.expected(),
                verdict.firstWrong().isPresent() ? ", the first that does not is frame " + verdict.firstWrong().getAsInt()
                        : "")));
        if (report.damaged() > 0) {
            line(out, "damaged", "%d access units could not be decoded completely".formatted(report.damaged()));
        }
        report.moved().ifPresent(moved -> line(out, "moved", "%d buffers, from one backend to the next".formatted(moved)));
        line(out, "attacks", "%d tried, %d repelled%s (%s)".formatted(report.probes(), report.repelled(),
                report.ciphertext() == 0 ? "" : ", of which %d read ciphertext".formatted(report.ciphertext()),
                attackers(report.attackers())));
        report.breaches().forEach(breach -> line(out, "BREACH", breach));
        line(out, "heap", "%s on %s, served by %s: %s of %s free, %s".formatted(report.heap(), report.board(),
                String.join(", then ", report.backends()), size(report.usage().free()), size(report.usage().capacity()),
                left(report.leaked(), report.stillLent())));
        line(out, "picture", report.picture().toString());
    }

    /** How a heap held out, in lines. */
    static void print(ProtectionReport report, PrintWriter out) {
        line(out, "attacks", "%d tried, %d repelled (%s)".formatted(
                report.probes(), report.repelled(), attackers(report.attackers())));
        report.breaches().forEach(breach -> line(out, "BREACH", breach));
        line(out, "heap", "%s on %s, served by %s: %s of %s free, %s".formatted(report.heap(), report.board(),
                report.backend(), size(report.usage().free()), size(report.usage().capacity()),
                left(report.leaked(), report.stillLent())));
    }

    /** How a heap held out, in keys. */
    static void add(ProtectionReport report, JsonObjectBuilder object) {
        object.add("board", report.board())
                .add("heap", report.heap())
                .add("backends", JsonProvider.provider().createArrayBuilder().add(report.backend()))
                .add("probes", report.probes())
                .add("repelled", report.repelled())
                .add("leaked", report.leaked())
                .add("stillLent", "0x" + Long.toHexString(report.stillLent()));
    }

    private static String attackers(Map<String, Long> attackers) {
        return attackers.entrySet().stream().sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getKey() + " " + entry.getValue()).collect(Collectors.joining(", "));
    }

    private static String left(long leaked, long stillLent) {
        if (leaked > 0) {
            return leaked + " buffers left behind";
        }
        return stillLent == 0 ? "nothing left behind"
                : "0x%x bytes did not come back to the normal world".formatted(stillLent);
    }

    /** A line with a label. */
    static void line(PrintWriter out, String label, String text) {
        out.println("%-10s%s".formatted(label, text));
    }

    private static String size(OptionalLong bytes) {
        if (bytes.isEmpty()) {
            return "unknown";
        }
        long value = bytes.getAsLong();
        int unit = value == 0 ? 0 : Math.min(UNITS.length - 1, Long.numberOfTrailingZeros(value) / 10);
        return (value >> 10 * unit) + " " + UNITS[unit];
    }

    /** One JSON object. */
    static void printJson(PlayReport report, PrintWriter out) {
        JsonProvider json = JsonProvider.provider();
        JsonArrayBuilder backends = json.createArrayBuilder();
        report.backends().forEach(backends::add);
        JsonObjectBuilder object = json.createObjectBuilder().add("frames", report.frames());
        report.verdict().ifPresent(verdict -> object.add("exact", verdict.exact()));
        report.composed().ifPresent(composed -> object.add("composed", composed.exact())
                .add("composedBy", composed.initiator()).add("protectedEntries", composed.entries()));
        report.bypassed().ifPresent(why -> object.add("bypassed", why));
        object.add("width", report.format().width())
                .add("height", report.format().height())
                .add("codec", report.codec().label())
                .add("board", report.board())
                .add("heap", report.heap())
                .add("backends", backends);
        report.moved().ifPresent(moved -> object.add("moved", moved));
        object.add("probes", report.probes())
                .add("repelled", report.repelled())
                .add("ciphertext", report.ciphertext())
                .add("swaps", report.swaps())
                .add("leaked", report.leaked())
                .add("stillLent", "0x" + Long.toHexString(report.stillLent()))
                .add("decryptedBy", json.createArrayBuilder(report.decryptedBy()))
                .add("fps", BigDecimal.valueOf(report.fps()).setScale(1, RoundingMode.HALF_UP))
                .add("picture", report.picture().toString())
                .add("damaged", report.damaged());
        out.println(object.build());
    }
}
