// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.driver.codec.Frame;
import org.cloister.heap.DmaBuf;
import org.cloister.platform.device.DecoderEvent;
import org.cloister.platform.device.PictureFormat;

/** A picture with the client. */
final class LoanedFrame implements Frame {
    private final PictureBuffer memory;
    private final DecoderEvent.FrameDone picture;
    private final Runnable giveBack;
    private final AtomicBoolean open = new AtomicBoolean(true);

    LoanedFrame(PictureBuffer memory, DecoderEvent.FrameDone picture, Runnable giveBack) {
        this.memory = memory;
        this.picture = picture;
        this.giveBack = giveBack;
    }

    @Override
    public DmaBuf buffer() {
        return memory.buffer();
    }

    @Override
    public PictureFormat format() {
        return picture.format();
    }

    @Override
    public long timestamp() {
        return picture.timestamp();
    }

    @Override
    public boolean damaged() {
        return picture.damaged();
    }

    @Override
    public void close() {
        if (open.getAndSet(false)) {
            giveBack.run();
        }
    }
}
