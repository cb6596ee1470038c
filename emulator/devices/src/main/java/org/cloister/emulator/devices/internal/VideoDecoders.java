// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.Map;
import org.cloister.emulator.devices.decoder.internal.DecoderFirmwareFile;
import org.cloister.emulator.devices.decoder.internal.VideoDecoderModel;
import org.cloister.emulator.soc.Soc;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.device.VideoDecoder;
import org.cloister.platform.dt.DeviceTree;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Puts a video decoder on the board for each node that is compatible with {@value #COMPATIBLE}, and its firmware's file.
 */
@Component(service = {})
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.platform.device.VideoDecoder,"
                + "org.cloister.platform.conduit.FirmwareFiles\"")
public final class VideoDecoders {
    /** What such a node is called. */
    static final String COMPATIBLE = "cloister,video-decoder";

    private final Placement placement;

    /** Finds the nodes and registers their decoders; FFmpeg is loaded when the first stream is opened. */
    @Activate
    public VideoDecoders(BundleContext context, @Reference ComponentServiceObjects<FfmpegLibraries> ffmpeg,
            @Reference Soc soc, @Reference DeviceTree tree) {
        placement = new Placement(context, soc);
        LateFfmpeg libraries = new LateFfmpeg(ffmpeg::getService);
        Devices.nodes(tree, COMPATIBLE).forEach(node -> {
            VideoDecoderModel decoder = new VideoDecoderModel(
                    node.path(), Devices.dma(soc, node), Devices.restricted(soc, node), libraries);
            placement.whenTakenOff(decoder::close);
            placement.show(FirmwareFiles.class, new DecoderFirmwareFile(),
                    Map.of(FirmwareFiles.DIRECTORY, VideoDecoder.FIRMWARE_DIRECTORY, Constants.SERVICE_RANKING, -1));
            placement.show(VideoDecoder.class, decoder, Map.of(VideoDecoder.NAME, decoder.name(),
                    PhysicalMemory.INITIATOR, decoder.initiator().name()));
        });
    }

    @Deactivate
    void takeOff() {
        placement.takeOff();
    }
}
