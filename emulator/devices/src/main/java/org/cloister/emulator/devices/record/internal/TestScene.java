// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.record.internal;

import org.cloister.platform.device.PictureFormat;

/** What the camera looks at: stripes that drift, and a ball that goes round. The same each time. Stateless. */
final class TestScene {
    private static final int TURN = 50; // pictures
    private static final int STRIPE = 24;

    private TestScene() {}

    /** A picture of I420. */
    static byte[] picture(PictureFormat format, long frame) {
        byte[] bytes = new byte[Math.toIntExact(format.size())];
        double angle = 2 * Math.PI * (frame % TURN) / TURN;
        int radius = format.height() / 8;
        int ballX = (int) (format.width() / 2 + format.width() / 3 * Math.cos(angle));
        int ballY = (int) (format.height() / 2 + format.height() / 3 * Math.sin(angle));
        for (int y = 0; y < format.height(); y++) {
            for (int x = 0; x < format.width(); x++) {
                bytes[y * format.stride(0) + x] = (byte) (isBall(x - ballX, y - ballY, radius) ? 210
                        : 60 + 4 * ((x + y + (int) (frame % STRIPE)) % STRIPE));
            }
        }
        for (int y = 0; y < format.height() / 2; y++) {
            for (int x = 0; x < format.width() / 2; x++) {
                boolean ball = isBall(2 * x - ballX, 2 * y - ballY, radius);
                bytes[(int) format.offset(1) + y * format.stride(1) + x] = (byte) (ball ? 40 : 110 + 60 * y / format.height());
                bytes[(int) format.offset(2) + y * format.stride(2) + x] = (byte) (ball ? 160 : 110 + 60 * x / format.width());
            }
        }
        return bytes;
    }

    private static boolean isBall(int dx, int dy, int radius) {
        return dx * dx + dy * dy < radius * radius;
    }
}
