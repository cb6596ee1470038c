// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.cloister.driver.codec.CodecDriver;
import org.cloister.driver.codec.DecodeEvent;
import org.cloister.driver.codec.DecodeListener;
import org.cloister.driver.codec.Frame;
import org.cloister.driver.codec.Protection;
import org.cloister.heap.Access;
import org.cloister.platform.device.PictureFormat;
import org.cloister.player.clip.internal.ClipException;
import org.cloister.player.clip.internal.KeyId;
import org.cloister.player.clip.internal.Sample;
import org.cloister.player.clip.internal.SampleProtection;
import org.cloister.player.probe.internal.Prober;
import org.cloister.player.probe.internal.Stage;

/** Hears what becomes of bitstream, and sends pictures to the screen. Safe for use by any thread. */
final class DecodeWatch implements DecodeListener {
    private final String clip;
    private final CodecDriver codec;
    private final Prober prober;
    private final Screen screen;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Set<Long> hidden = ConcurrentHashMap.newKeySet(); // timestamps
    private final Set<Long> pictures = ConcurrentHashMap.newKeySet(); // buffers
    private final Map<Long, Duration> times = new ConcurrentHashMap<>(); // of timestamps
    private volatile Optional<Sample> first = Optional.empty();
    private volatile Optional<RuntimeException> failure = Optional.empty();
    private volatile Optional<PictureFormat> format = Optional.empty();
    private volatile int damaged; // written by the session's thread only

    DecodeWatch(String clip, CodecDriver codec, Prober prober, Screen screen) {
        this.clip = clip;
        this.codec = codec;
        this.prober = prober;
        this.screen = screen;
    }

    /** A sample is about to be decoded. */
    void announce(Sample sample) {
        if (first.isEmpty()) {
            first = Optional.of(sample);
        }
        times.put(sample.timestamp(), sample.time());
        if (!sample.shown()) {
            hidden.add(sample.timestamp());
        }
    }

    @Override
    public void on(DecodeEvent event) {
        switch (event) {
            case DecodeEvent.FormatChanged changed -> {
                format = Optional.of(changed.format());
                pictures.forEach(prober::forget); // the decoder may give them back, if they are too small now
                pictures.clear();
            }
            case DecodeEvent.PictureReady ready -> picture(ready.frame());
            case DecodeEvent.StreamError error -> streamError(error);
            case DecodeEvent.Failed failed -> fail(failed.reason());
            case DecodeEvent.Drained() -> {
                if (format.isEmpty()) {
                    undecodable("no picture comes of it");
                }
                over.countDown();
            }
            case DecodeEvent.WaitingForHeap waiting -> { }
            case DecodeEvent.Flushed() -> { }
        }
    }

    private void picture(Frame frame) {
        try (frame) {
            damaged += frame.damaged() ? 1 : 0;
            prober.learn(frame.buffer(), codec.pictureImporter(Protection.PROTECTED), Access.WRITE);
            pictures.add(frame.buffer().id());
            prober.probe(Stage.DECODED, frame.buffer());
            Duration time = Optional.ofNullable(times.remove(frame.timestamp())).orElse(Duration.ZERO);
            if (!hidden.remove(frame.timestamp())) {
                screen.show(frame, time);
            }
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void streamError(DecodeEvent.StreamError error) {
        damaged++;
        if (first.filter(sample -> sample.timestamp() == error.timestamp()).isPresent()) {
            undecodable("its first access unit does not decode");
        }
    }

    /** Nothing came of the clip from the start: that is what a wrong key looks like. */
    private void undecodable(String what) {
        Optional<KeyId> key = first.flatMap(Sample::protection).map(SampleProtection::keyId);
        fail(key.map(id -> new ClipException("play", clip, "with the key given for %s %s".formatted(id, what),
                        "check the key"))
                .orElseGet(() -> new ClipException("play", clip, what, "the file is damaged: get a sound copy")));
    }

    private void fail(RuntimeException reason) {
        if (failure.isEmpty()) {
            failure = Optional.of(reason);
        }
        over.countDown();
    }

    /** Throws what went wrong, if something did. */
    void check() {
        failure.ifPresent(reason -> {
            throw reason;
        });
        screen.failure().ifPresent(reason -> {
            throw reason;
        });
    }

    /** Signalled when all pictures are out, or something went wrong. */
    CountDownLatch over() {
        return over;
    }

    /** The format of the latest pictures. */
    Optional<PictureFormat> format() {
        return format;
    }

    /** How many access units were damaged. */
    int damaged() {
        return damaged;
    }
}
