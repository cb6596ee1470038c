// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.cloister.driver.bench.TestBoard;
import org.cloister.driver.codec.CodecDriver;
import org.cloister.driver.codec.internal.CodecDriverComponent;
import org.cloister.driver.display.DisplayDriver;
import org.cloister.driver.display.internal.DisplayDriverComponent;
import org.cloister.heap.Heap;
import org.cloister.player.clip.internal.Clips;
import org.cloister.player.clip.internal.ContentKeys;
import org.cloister.player.clip.internal.FrameReference;

/** A board with its drivers, ready to play on. */
public final class PlayerBoard implements AutoCloseable {
    public final TestBoard board;
    private final CodecDriverComponent codec;
    private final DisplayDriverComponent display;
    private final StringWriter said = new StringWriter();
    private final BackendChoice choice = new BackendChoice() {
        @Override
        public void choose(Heap heap, List<String> backends, boolean move) {
            board.core().prefer(heap.name(), backends);
        }

        @Override
        public long moved() {
            return 0; // no backend of this board can
        }

        @Override
        public void restore() {
            board.core().preferNobody();
        }
    };
    /** A board that serves protected video. */
    public PlayerBoard() {
        this(new TestBoard().serveVideo());
    }

    public PlayerBoard(TestBoard board) {
        this.board = board;
        codec = new CodecDriverComponent(board.decoder(), board.firmware(), board.core().heaps("codec"),
                board.core().importers("codec"), TestBoard.VIDEO, TestBoard.PATIENCE);
        display = new DisplayDriverComponent(board.display(), board.core().heaps("display"),
                board.core().importers("display"), TestBoard.VIDEO, TestBoard.PATIENCE, List.of());
    }

    /** What the player said while it played. */
    public String said() {
        return said.toString();
    }

    public Bench bench() {
        return new Bench(board.soc(), board.display().panels().getFirst(), codec, display.outputs().getFirst(),
                board.core().heaps("player"), choice, board.core().importers("player"), Clips.ffmpeg(), Optional.empty(), List::of);
    }

    public CodecDriver codec() {
        return codec;
    }

    public DisplayDriver display() {
        return display;
    }

    public PlayReport play(Path clip, ContentKeys keys, Optional<FrameReference> reference, Path picture) {
        return play(clip, keys, TestBoard.VIDEO, reference, picture);
    }

    /** Plays in a heap of the player's choice. */
    public PlayReport playAnywhere(Path clip, ContentKeys keys, Optional<FrameReference> reference, Path picture) {
        return play(clip, keys, Optional.empty(), reference, SwapPlan.NONE, false, picture);
    }

    /** Plays as fast as a viewer would want it. */
    public PlayReport playInRealTime(
            Path clip, ContentKeys keys, Optional<FrameReference> reference, Path picture) {
        return play(clip, keys, Optional.of(TestBoard.VIDEO), reference, SwapPlan.NONE, true, picture);
    }

    public PlayReport play(
            Path clip, ContentKeys keys, String heap, Optional<FrameReference> reference, Path picture) {
        return play(clip, keys, heap, reference, SwapPlan.NONE, picture);
    }

    public PlayReport play(Path clip, ContentKeys keys, String heap, Optional<FrameReference> reference, SwapPlan swaps,
            Path picture) {
        return play(clip, keys, Optional.of(heap), reference, swaps, false, picture);
    }

    private PlayReport play(Path clip, ContentKeys keys, Optional<String> heap, Optional<FrameReference> reference,
            SwapPlan swaps, boolean realTime, Path picture) {
        // time stands still for it: how far playback is, it says now and then on a slow machine only
        Progress progress = new Progress(new PrintWriter(said, true), false, () -> 0);
        try {
            return new Playback(bench(), new PlayRequest(clip, clip.getFileName().toString(), keys, heap, reference,
                    swaps, realTime, picture), progress, System::nanoTime).run();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        codec.closeAll();
        display.close();
        board.close();
    }
}
