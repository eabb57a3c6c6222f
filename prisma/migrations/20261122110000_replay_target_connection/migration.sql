-- AlterTable
ALTER TABLE "replay" ADD COLUMN     "cluster_id" TEXT,
ADD COLUMN     "target_cluster_id" TEXT,
ADD COLUMN     "target_connection_id" TEXT;
