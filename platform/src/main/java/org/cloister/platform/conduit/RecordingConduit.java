// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.PhysicalMemory;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A conduit that records each call, and what in memory belongs to it, on the way to another one. It follows the
 * protocols (which buffers were mapped, which memory was shared) as an observer can, and knows nothing of what answers.
 *
 * <p>The format: a text, one fact a line, all numbers hexadecimal without a prefix.
 *
 * <pre>
 *  # ...               a comment; the first line is {@value #HEADER}
 *  mem OFFSET: W W ..  32-bit words of the FF-A descriptor in the TX buffer, before the call
 *  list ADDR: P P ..   the pages behind a parameter of the message, by the address of the list
 *  msg&gt; OFFSET: W W ..  64-bit words of the message, before the call
 *  in&gt; OFFSET: W W ..  64-bit words that the message's first parameter refers to, before the call, where they are known
 *                      to be no secret: key ids and descriptions of samples for the content decryption application
 *  rpc&gt; OFFSET: W W ..  64-bit words of the normal world's answer to a request, before the call that resumes
 *  ffa&gt; X0 X1 ..       an FF-A call: x0 to x7, or to x17 when those are used
 *  ffa&lt; X0 X1 ..       its answer
 *  smc&gt; X0 X1 ..       any other call, in the same way
 *  smc&lt; X0 X1 ..       its answer
 *  msg&lt; OFFSET: W W ..  64-bit words of the message, when the call is done
 *  rpc&lt; OFFSET: W W ..  64-bit words of the trusted OS's request, when the call returns with one
 * </pre>
 *
 * <p>What else is in memory that parameters refer to is not recorded: it may be secret, as content keys are. While it records, calls go on one
 * after the other, so that the order of lines is the order of calls. A trace that cannot be written to any more ends
 * there, and calls go on; {@link #close} tells. Safe for use by any thread: {@code this} guards all.
 */
@ProviderType
public final class RecordingConduit implements SmcConduit, Closeable {
    /** The first line of a trace. */
    public static final String HEADER = "# cloister conduit trace 1";

    private final SmcConduit next;
    private final TraceLines lines;
    private final TraceObserver observer;
    private final SmcRegisters before = new SmcRegisters();

    /**
     * Records to a writer, which {@link #close} closes.
     *
     * @param next where calls go
     * @param memory physical memory as the caller sees it
     * @param out gets the trace
     */
    public RecordingConduit(SmcConduit next, PhysicalMemory memory, BufferedWriter out) {
        this.next = next;
        this.lines = new TraceLines(out);
        this.observer = new TraceObserver(memory, lines);
        lines.text(HEADER);
    }

    /**
     * Records to a file, which is made or emptied.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} when it cannot be written
     */
    public static RecordingConduit toFile(SmcConduit next, PhysicalMemory memory, Path file) {
        try {
            return new RecordingConduit(next, memory, Files.newBufferedWriter(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "record calls to firmware", file.toString(),
                    "it cannot be written: " + e.getMessage(), "choose another file", e);
        }
    }

    @Override
    public synchronized void call(SmcRegisters registers) {
        before.copyFrom(registers);
        observer.before(before);
        String protocol = FfaFunction.isFfa(before.w(0)) ? "ffa" : "smc";
        lines.registers(protocol + ">", before);
        next.call(registers);
        lines.registers(protocol + "<", registers);
        observer.after(before, registers);
        lines.flush();
    }

    /**
     * Ends the recording; calls go on unrecorded.
     *
     * @throws IOException when the trace is not complete, because it could not be written to at some time; told once
     */
    @Override
    public synchronized void close() throws IOException {
        Optional<IOException> failure = lines.close();
        if (failure.isPresent()) {
            throw failure.get();
        }
    }
}
