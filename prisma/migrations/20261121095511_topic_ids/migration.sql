-- AlterTable
ALTER TABLE "index_position" ADD COLUMN     "topic_id" TEXT;

-- AlterTable
ALTER TABLE "replay_item" ADD COLUMN     "source_topic_id" TEXT;
